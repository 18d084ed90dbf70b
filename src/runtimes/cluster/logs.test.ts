import { appendFile, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Refusal } from '../../lib/errors.ts'
import { listLogs, logTail, readLog, rollOutputs } from './logs.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-logs-'))
  await writeFile(join(folder, 'jobmanager.log'), 'one\ntwo\n订单\n')
})

afterEach(() => rm(folder, { recursive: true }))

async function pages(name: string, limit: number): Promise<string[]> {
  const texts: string[] = []
  let offset = 0
  for (;;) {
    const page = await readLog(folder, name, offset, limit)
    texts.push(new TextDecoder('utf8', { fatal: true }).decode(page.bytes))
    offset = page.nextOffsetBytes
    if (page.endOfFile) return texts
  }
}

describe('logs', () => {
  it('are listed, files only', async () => {
    await mkdir(join(folder, 'folder.log'))
    await symlink('/etc/passwd', join(folder, 'link.log'))
    expect((await listLogs(folder)).map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([['jobmanager.log', 15]])
    expect(await listLogs(join(folder, 'nowhere'))).toEqual([])
  })

  it.each([1, 4, 9, 10, 100])('are read in pages of %i bytes without tearing a character', async (limit) => {
    const effective = Math.max(limit, 3)
    expect((await pages('jobmanager.log', effective)).join('')).toBe('one\ntwo\n订单\n')
  })

  it('can be followed: behind the end there is nothing until something is written', async () => {
    const end = await readLog(folder, 'jobmanager.log', 15, 100)
    expect(end).toMatchObject({ nextOffsetBytes: 15, sizeBytes: 15, endOfFile: true })
    await appendFile(join(folder, 'jobmanager.log'), 'more')
    const more = await readLog(folder, 'jobmanager.log', 15, 100)
    expect(Buffer.from(more.bytes).toString()).toBe('more')
  })

  it('go on from the new end when the file was rolled', async () => {
    expect(await readLog(folder, 'jobmanager.log', 9_999, 100)).toMatchObject({ nextOffsetBytes: 15, endOfFile: true })
  })

  it.each(['../jobmanager.log', '/etc/passwd', '..', '', 'link.log', 'no.log', 'a/b', 'folder.log', 'x\0'])(
    'are refused under the name %j',
    async (name) => {
      await symlink('/etc/passwd', join(folder, 'link.log'))
      await mkdir(join(folder, 'folder.log'))
      await expect(readLog(folder, name, 0, 10)).rejects.toBeInstanceOf(Refusal)
    },
  )

  it('have a tail, also when they are missing', async () => {
    expect(await logTail(folder, 'jobmanager.log', 7)).toBe('订单\n')
    expect(await logTail(folder, 'no.log', 7)).toBe('')
  })

  it('of the standard output are rolled when they are large', async () => {
    await writeFile(join(folder, 'taskmanager-1.out'), 'x'.repeat(100))
    await rollOutputs(folder, 50)
    expect((await stat(join(folder, 'taskmanager-1.out'))).size).toBe(0)
    expect((await stat(join(folder, 'taskmanager-1.out.1'))).size).toBe(100)
    expect((await stat(join(folder, 'jobmanager.log'))).size).toBe(15)
  })
})
