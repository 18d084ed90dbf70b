import { percentile } from './figures.ts'

/** What was measured: numbers of a figure for each of the ways that are compared. */
export type Figure = Readonly<{ title: string; unit: 's' | 'ms' | 'MiB' | '%' | '1000/s' }>

export type Summary = Readonly<{
  count: number
  median: number
  p95: number
  /** How many times better than the way that all are compared with; null: that one was not measured. */
  ratio: number | null
}>

export class Samples<Name extends string, Way extends string> {
  readonly #figures: Readonly<Record<Name, Figure>>
  readonly #ways: readonly Way[]
  readonly #values = new Map<string, number[]>()

  /** All are compared with the first way. */
  constructor(figures: Readonly<Record<Name, Figure>>, ways: readonly Way[]) {
    this.#figures = figures
    this.#ways = ways
  }

  add(name: Name, way: Way, value: number): void {
    const key = `${name} ${way}`
    this.#values.set(key, [...(this.#values.get(key) ?? []), value])
  }

  values(name: Name, way: Way): readonly number[] {
    return this.#values.get(`${name} ${way}`) ?? []
  }

  summary(name: Name, way: Way): Summary | null {
    const values = this.values(name, way)
    if (values.length === 0) return null
    const median = percentile(values, 50)
    return { count: values.length, median, p95: percentile(values, 95), ratio: this.#ratio(name, way, median) }
  }

  #ratio(name: Name, way: Way, median: number): number | null {
    const [first] = this.#ways
    const { unit } = this.#figures[name]
    if (first === undefined || first === way || unit === '%' || this.values(name, first).length === 0) return null
    const base = percentile(this.values(name, first), 50)
    return unit === '1000/s' ? median / base : base / median
  }

  /** A table in Markdown: of each figure that was measured, median · p95 and the ratio. */
  table(): string {
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
    const rows = this.#measured().map(([name, { title, unit }]) =>
      line([title, ...this.#ways.map((way) => cell(this.summary(name, way), unit))]),
    )
    return [line(['median · p95', ...this.#ways]), line(['---', ...this.#ways.map(() => '---')]), ...rows].join('\n')
  }

  toJson(): unknown {
    const ofFigure = (name: Name) =>
      this.#ways.flatMap((way) => {
        const summary = this.summary(name, way)
        return summary ? [[way, { ...summary, values: this.values(name, way) }]] : []
      })
    return Object.fromEntries(
      this.#measured().map(([name, figure]) => [name, { ...figure, ways: Object.fromEntries(ofFigure(name)) }]),
    )
  }

  #measured(): [Name, Figure][] {
    const all = Object.entries<Figure>(this.#figures) as [Name, Figure][]
    return all.filter(([name]) => this.#ways.some((way) => this.values(name, way).length > 0))
  }
}

function cell(summary: Summary | null, unit: Figure['unit']): string {
  if (summary === null) return ''
  const { median, p95, ratio } = summary
  return `${shown(median, unit)} · ${shown(p95, unit)} ${unit}${ratio === null ? '' : `, ${ratio.toFixed(unit === '1000/s' ? 2 : 1)}×`}`
}

function shown(value: number, unit: Figure['unit']): string {
  return value.toFixed(unit === 's' || unit === '%' ? 2 : 0)
}
