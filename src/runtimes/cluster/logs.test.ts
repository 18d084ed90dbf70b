import { appendFile, chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asOrdinaryUser } from '../../../test/support/ordinary-user.ts'
import { Refusal } from '../../lib/errors.ts'
import { listLogs, logTail, readLog, rollOutput } from './logs.ts'

let folder: string
let places: { logs: string; submitLog: string }

beforeEach(async () => {
  const run = await mkdtemp(join(tmpdir(), 'headgate-logs-'))
  folder = join(run, 'logs')
  places = { logs: folder, submitLog: join(run, 'submit.log') }
  await mkdir(folder)
  await writeFile(join(folder, 'jobmanager.log'), 'one\ntwo\n订单\n')
})

afterEach(() => rm(join(folder, '..'), { recursive: true }))

async function pages(name: string, limit: number): Promise<string[]> {
  const texts: string[] = []
  let offset = 0
  for (;;) {
    const page = await readLog(places, name, offset, limit)
    texts.push(new TextDecoder('utf8', { fatal: true }).decode(page.bytes))
    offset = page.nextOffsetBytes
    if (page.endOfFile) return texts
  }
}

describe('logs', () => {
  it('are listed, files only', async () => {
    await mkdir(join(folder, 'folder.log'))
    await symlink('/etc/passwd', join(folder, 'link.log'))
    expect((await listLogs(places)).map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([['jobmanager.log', 15]])
    expect(await listLogs({ ...places, logs: join(folder, 'nowhere') })).toEqual([])
  })

  it.each([1, 4, 9, 10, 100])('are read in pages of %i bytes without tearing a character', async (limit) => {
    const effective = Math.max(limit, 3)
    expect((await pages('jobmanager.log', effective)).join('')).toBe('one\ntwo\n订单\n')
  })

  it('can be followed: behind the end there is nothing until something is written', async () => {
    const end = await readLog(places, 'jobmanager.log', 15, 100)
    expect(end).toMatchObject({ nextOffsetBytes: 15, sizeBytes: 15, endOfFile: true })
    await appendFile(join(folder, 'jobmanager.log'), 'more')
    const more = await readLog(places, 'jobmanager.log', 15, 100)
    expect(Buffer.from(more.bytes).toString()).toBe('more')
  })

  it('go on from the new end when the file was rolled', async () => {
    expect(await readLog(places, 'jobmanager.log', 9_999, 100)).toMatchObject({ nextOffsetBytes: 15, endOfFile: true })
  })

  it.each(['../jobmanager.log', '/etc/passwd', '..', '', 'link.log', 'no.log', 'a/b', 'folder.log', 'x\0'])(
    'are refused under the name %j',
    async (name) => {
      await symlink('/etc/passwd', join(folder, 'link.log'))
      await mkdir(join(folder, 'folder.log'))
      await expect(readLog(places, name, 0, 10)).rejects.toBeInstanceOf(Refusal)
    },
  )

  it('have a tail, also when they are missing', async () => {
    expect(await logTail(places, 'jobmanager.log', 7)).toBe('订单\n')
    expect(await logTail(places, 'no.log', 7)).toBe('')
    expect(await logTail(places, 'jobmanager.log', 100, 8)).toBe('订单\n')
    expect(await logTail(places, 'jobmanager.log', 100, 900)).toBe('one\ntwo\n订单\n')
  })

  it.each([['folder'], ['file']])('that the job has closed are not there: its %s', async (closed) => {
    const log = join(folder, 'jobmanager.log')
    await chmod(join(folder, '..'), 0o755)
    await chmod(closed === 'folder' ? folder : log, 0)
    await asOrdinaryUser(async () => {
      expect(await listLogs(places)).toEqual([])
      expect(await logTail(places, 'jobmanager.log', 100)).toBe('')
      await expect(readLog(places, 'jobmanager.log', 0, 10)).rejects.toMatchObject({ code: 'runtime.logNotFound' })
      await rollOutput(places, 'jobmanager.log', 1)
    })
  })

  it('of the standard output are emptied also where no copy can be made', async () => {
    const out = join(folder, 'taskmanager-1.out')
    await writeFile(out, 'x'.repeat(100))
    await mkdir(join(`${out}.1`, 'in the way'), { recursive: true })
    await rollOutput(places, 'taskmanager-1.out', 50)
    expect((await stat(out)).size).toBe(0)
  })

  it('of the launch are ours, whatever lies under that name among those of the job', async () => {
    await writeFile(places.submitLog, 'ours')
    await writeFile(join(folder, 'submit.log'), 'planted')
    expect(await logTail(places, 'submit.log', 100)).toBe('ours')
    expect((await listLogs(places)).map(({ name }) => name)).toEqual(['jobmanager.log', 'submit.log'])
  })

  it('of the standard output are rolled when they are large: their end is kept', async () => {
    await writeFile(join(folder, 'taskmanager-1.out'), `${'x'.repeat(60)}${'y'.repeat(40)}`)
    await rollOutput(places, 'taskmanager-1.out', 50)
    expect((await stat(join(folder, 'taskmanager-1.out'))).size).toBe(0)
    expect(await readFile(join(folder, 'taskmanager-1.out.1'), 'utf8')).toBe(`${'x'.repeat(10)}${'y'.repeat(40)}`)
    await rollOutput(places, 'no.out', 50)
  })

  it('that are links are neither emptied nor copied, and no copy is written through a link', async () => {
    const [secret, out] = [join(folder, '..', 'secret'), join(folder, 'taskmanager-1.out')]
    await writeFile(secret, 'x'.repeat(100))
    await symlink(secret, out)
    await rollOutput(places, 'taskmanager-1.out', 50)
    expect(await listLogs(places)).toHaveLength(1)
    await rm(out)
    await writeFile(out, 'y'.repeat(100))
    await symlink(secret, `${out}.1`)
    await rollOutput(places, 'taskmanager-1.out', 50)
    expect(await readFile(secret, 'utf8')).toBe('x'.repeat(100))
    expect((await lstat(`${out}.1`)).isFile()).toBe(true)
  })
})
