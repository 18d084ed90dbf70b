import type { IncomingHttpHeaders } from 'node:http'
import type { Language } from '../lib/errors.ts'

/** `X-Language` decides; without it, the first language of `Accept-Language` that we speak; English otherwise. */
export function languageOf(headers: IncomingHttpHeaders): Language {
  const asked = headers['x-language']
  const texts = typeof asked === 'string' ? [asked] : (headers['accept-language'] ?? '').split(',')
  for (const text of texts) {
    const tag = text.trim().toLowerCase().replace('_', '-')
    if (tag.startsWith('zh')) return 'zh'
    if (tag.startsWith('en')) return 'en'
  }
  return 'en'
}
