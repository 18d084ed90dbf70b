import { REQUEST_ERRORS } from '../request-errors.ts'

/**
 * Reads `bytes=a-b`, `bytes=a-` and `bytes=-n` (RFC 9110). Null: another form, which a server may ignore.
 * @throws Refusal `request.rangeBad` when nothing of the range is in the object
 */
export function readRange(header: string, sizeBytes: number): { startByte: number; endByte: number } | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim())
  const [, first = '', last = ''] = match ?? []
  if (!match || (first === '' && last === '')) return null
  const startByte = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first)
  const endByte = first === '' || last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null
  if (startByte >= endByte) throw REQUEST_ERRORS.rangeBad(sizeBytes)
  return { startByte, endByte }
}
