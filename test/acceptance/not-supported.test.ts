import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, messageOf, sendPlain, startWorld, type World } from './world.ts'

type Operation = { operationId: string; summary: string; tags: string[] }

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../api/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
)

const notSupported = operations.filter(({ tags }) => tags.includes('Not supported yet'))

let world: World

beforeAll(async () => {
  world = await startWorld()
})

afterAll(() => world.stop())

const concrete = (path: string) => path.replace('{project_id}', '{p}').replaceAll(/\{(?!p\})\w+\}/g, '1')

describe('an operation that is not built yet', () => {
  it.each(notSupported.map(({ method, path, operationId, summary }) => [operationId, method, path, summary]))(
    '%s says so, to those who may ask',
    async (_id, method, path, summary) => {
      const reply = await world.send(method, concrete(path), method === 'GET' ? undefined : {})
      expect(codeOf(reply)).toMatch(/^DLI\.(10003|0007|11098)$/)
      expect(messageOf(reply)).toContain(summary)
      const chinese = messageOf(await world.send(method, concrete(path), undefined, { 'x-language': 'zh-cn' }))
      expect(chinese).toMatch(/^不支持“[^“”]*[\u4e00-\u9fff][^“”]*”。.*[\u4e00-\u9fff]/)
      const stranger = await sendPlain(method, world.baseUrl + concrete(path).replace('{p}', world.projectId))
      expect(codeOf(stranger, 401)).toBe('DLI.0013')
    },
  )
})

describe('every operation of the document', () => {
  it('answers, but for those without authentication, 401 to a stranger', async () => {
    const open = ['createToken', 'showHealth', 'showReadiness', 'showVersion']
    for (const { method, path, operationId } of operations.filter(({ operationId }) => !open.includes(operationId))) {
      const reply = await sendPlain(method, world.baseUrl + concrete(path).replace('{p}', world.projectId))
      expect([operationId, reply.status]).toEqual([operationId, 401])
    }
  })
})
