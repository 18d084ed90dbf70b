import { describe, expect, it } from 'vitest'
import { JOB_ERRORS } from '../../jobs/index.ts'
import { createLogger } from '../../lib/logger.ts'
import { runBatch } from './batch.ts'

const call = { headers: {}, language: 'en', requestId: 'r', permit: async () => undefined } as const
const accepted = { en: 'accepted', zh: '已受理' }
const logger = createLogger('silent')

const missing = (...ids: number[]) => {
  const done: number[] = []
  const command = async (id: number) => {
    if (ids.includes(id)) throw JOB_ERRORS.notFound(id)
    done.push(id)
  }
  return { done, command }
}

describe('a batch', () => {
  it('answers one item per id, in order', async () => {
    const { done, command } = missing()
    const items = await runBatch(call, logger, [131, 130, 138], accepted, command)
    expect(items).toEqual(Array(3).fill({ is_success: 'true', message: 'accepted' }))
    expect(done).toEqual([131, 130, 138])
  })

  it('leaves the reason in the item when others succeed', async () => {
    const items = await runBatch(call, logger, [1, 2], accepted, missing(1).command)
    expect(items).toEqual([
      { is_success: 'false', message: JOB_ERRORS.notFound(1).texts.en },
      { is_success: 'true', message: 'accepted' },
    ])
  })

  it('fails with the reason when its only id fails', async () => {
    await expect(runBatch(call, logger, [9], accepted, missing(9).command)).rejects.toMatchObject({
      code: 'job.notFound',
    })
  })

  it('fails with the first reason when every id fails', async () => {
    const batch = runBatch(call, logger, ['x', 9], accepted, missing(9).command)
    await expect(batch).rejects.toMatchObject({ code: 'request.badJobId' })
  })

  it('does once what is asked twice, and answers it twice', async () => {
    const { done, command } = missing()
    expect(await runBatch(call, logger, [5, '5'], accepted, command)).toHaveLength(2)
    expect(done).toEqual([5])
  })

  it('does not tell the inside of a fault', async () => {
    const items = await runBatch(call, logger, [1, 2], accepted, async (id) => {
      if (Number(id) === 2) throw new Error('password=secret')
    })
    expect(items[1]).toMatchObject({ is_success: 'false' })
    expect(JSON.stringify(items)).not.toContain('secret')
  })

  it('speaks in booleans to the Go SDK, which reads no texts here', async () => {
    const headers = { 'user-agent': 'huaweicloud-usdk-go/3.0; go/go1.24' }
    const items = await runBatch({ ...call, headers }, logger, [1, 2], accepted, missing(2).command)
    expect(items.map((item) => item.is_success)).toEqual([true, false])
  })
})
