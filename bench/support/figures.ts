/** Figures of measured times, as the benches print them. */

/** The value at a percentile, by the nearest rank. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}
