const UNIT_BYTES = { M: 1024 ** 2, G: 1024 ** 3 } as const

/** `4G`, `4 GB`, `2048M`, `2048mb`, or a bare number of GB (DLI, resource_config); null when it is none of these. */
export function parseMemory(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([mg])?b?\s*$/iu.exec(text)
  if (!match) return null
  const unit = (match[2]?.toUpperCase() ?? 'G') as keyof typeof UNIT_BYTES
  return Math.round(Number(match[1]) * UNIT_BYTES[unit])
}
