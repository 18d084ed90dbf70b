import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})

afterAll(() => world.stop())

const fetched = (path: string, headers: Record<string, string> = {}) => fetch(world.baseUrl + path, { headers })

describe('the API Explorer', () => {
  it.each([
    '/api-explorer',
    '/api-explorer/',
    '/api-explorer?api=ShowFlinkJob',
    '/apiexplorer/doc?product=DLI&api=CreateFlinkJar',
  ])('is at %s, and may talk to nobody but the service', async (path) => {
    const page = await fetched(path)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(await page.text()).toContain('Headgate API Explorer')
  })

  it('has everything it needs, and nothing from elsewhere', async () => {
    const seen = new Map<string, string>()
    const open = ['/api-explorer']
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (seen.has(path)) continue
      const file = await fetched(path)
      expect([path, file.status]).toEqual([path, 200])
      seen.set(path, await file.text())
      open.push(...referencesIn(seen.get(path) ?? '', path))
    }
    const texts = [...seen].filter(([path]) => !path.endsWith('.json') && !path.endsWith('.svg'))
    expect(texts.filter(([, text]) => /https?:\/\//.test(text.replaceAll(/'[^']*https on[^']*'/g, '')))).toEqual([])
    expect(texts.reduce((sum, [, text]) => sum + text.length, 0)).toBeLessThan(100_000)
  })

  it('sends its files packed, and once', async () => {
    const first = await fetched('/api-explorer/openapi.json')
    const etag = first.headers.get('etag') ?? ''
    expect(first.headers.get('content-encoding')).toBe('gzip')
    expect(await first.json()).toEqual(JSON.parse(readFileSync('api/openapi.json', 'utf8')))
    expect((await fetched('/api-explorer/openapi.json', { 'if-none-match': etag })).status).toBe(304)
    const plain = await fetched('/api-explorer/openapi.json', { 'accept-encoding': 'identity' })
    expect(plain.headers.get('content-encoding')).toBeNull()
  })

  it('serves no other file', async () => {
    for (const path of [
      '/api-explorer/tsconfig.json',
      '/api-explorer/../package.json',
      '/api-explorer/%2e%2e/package.json',
      '/apiexplorer',
    ])
      expect([path, (await fetched(path)).status]).toEqual([path, 404])
  })
})

/** What a file loads: by src, href, import and fetch. */
function referencesIn(text: string, from: string): string[] {
  const absolute = [...text.matchAll(/["'](\/api-explorer\/[\w.-]+)["']/g)].map(([, path = '']) => path)
  const imported = [...text.matchAll(/from '\.\/([\w.-]+)'/g)].map(([, name]) => `/api-explorer/${name}`)
  return from.endsWith('.json') ? [] : [...absolute, ...imported]
}
