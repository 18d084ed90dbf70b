import { lchown, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Refusal } from '../../lib/errors.ts'
import { stateUrl } from '../state-url.ts'
import { findCheckpoints, findSavepoint, holdsState, searchCheckpoints } from './checkpoints.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate 检查点%20-'))
})

afterEach(() => rm(folder, { recursive: true }))

/** As Flink's begin. */
const METADATA = Buffer.from('4960672d00000006', 'hex')

async function state(path: string, atSeconds: number, content: string | Buffer = METADATA): Promise<string> {
  const directory = join(folder, path)
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, '_metadata'), content)
  await utimes(join(directory, '_metadata'), atSeconds, atSeconds)
  return stateUrl(directory)
}

const url = () => stateUrl(folder)

describe('checkpoints on disk', () => {
  it('are found for the named jobs, newest first, complete ones only', async () => {
    await state('job1/chk-9', 100)
    const newest = await state('job2/chk-3', 300)
    await state('job2/chk-2', 200)
    await state('job3/chk-1', 900)
    await mkdir(join(folder, 'job2/chk-4'))
    await state('job2/chk-5', 500, '')
    await state('job2/chk-6', 600, 'no metadata of Flink')
    const found = await findCheckpoints(url(), ['job1', 'job2', 'never'])
    expect(found.map(({ id }) => id)).toEqual([3, 2, 9])
    expect(found[0]).toEqual({ url: newest, completedAt: new Date(300_000), id: 3 })
  })

  it('are none where there is no directory', async () => {
    expect(await findCheckpoints(`${url()}/nowhere`, ['job1'])).toEqual([])
  })

  it('are refused, not missed, where they cannot be looked at', async () => {
    await expect(findCheckpoints('s3://bucket/x', ['job1'])).rejects.toBeInstanceOf(Refusal)
  })
})

/** Only as root a link can be another's. */
describe.skipIf(process.getuid?.() !== 0)('links', () => {
  const link = async (target: string, path: string, owner: number) => {
    await symlink(join(folder, target), join(folder, path))
    await lchown(join(folder, path), owner, owner)
  }

  it('of a job lead to no state of others', async () => {
    await state('theirs/job1/chk-1', 100)
    await mkdir(join(folder, 'ours/job2'), { recursive: true })
    await link('theirs/job1', 'ours/job1', 50_001)
    await link('theirs/job1/chk-1', 'ours/job2/chk-2', 50_001)
    await link('theirs', 'link', 50_001)
    expect(await findCheckpoints(`${url()}/ours`, ['job1', 'job2'])).toEqual([])
    expect(await findCheckpoints(`${url()}/link`, ['job1'])).toEqual([])
    expect(await holdsState(`${url()}/ours/job1/chk-1/_metadata`)).toBe(false)
    await link('theirs/job1/chk-1', 'ours/savepoint-1', 50_001)
    expect(await findSavepoint(`${url()}/ours`, new Date(0))).toBeNull()
  })

  it('of the machine are followed, as in the old place of a folder that was moved', async () => {
    await state('new/job1/chk-1', 100)
    await link('new', 'old', 0)
    expect(await findCheckpoints(`${url()}/old`, ['job1'])).toHaveLength(1)
    expect(await holdsState(`${url()}/old/job1/chk-1`)).toBe(true)
  })
})

describe('a search for the checkpoints of a run', () => {
  const [ours, others] = ['a'.repeat(32), 'b'.repeat(32)]

  it('finds them wherever they lie, and none of another run', async () => {
    const found = await state(`bucket/deep/检查 点/${ours}/chk-7`, 100)
    await state(`bucket/deep/${others}/chk-8`, 200)
    expect(await searchCheckpoints(url(), ours)).toEqual([{ url: found, completedAt: new Date(100_000), id: 7 }])
  })

  it('follows no link, and finds nothing where nothing can be looked at', async () => {
    await state(`outside/${ours}/chk-1`, 100)
    await mkdir(join(folder, 'inside'))
    await symlink(join(folder, 'outside'), join(folder, 'inside', 'way-out'))
    expect(await searchCheckpoints(`${url()}/inside`, ours)).toEqual([])
    expect(await searchCheckpoints(`${url()}/nowhere`, ours)).toEqual([])
    expect(await searchCheckpoints('s3://bucket', ours)).toEqual([])
  })
})

describe('a savepoint on disk', () => {
  it('is the newest complete one since a moment', async () => {
    await state('savepoint-aaaaaa-1', 100)
    const newest = await state('savepoint-aaaaaa-2', 200)
    await mkdir(join(folder, 'savepoint-aaaaaa-3'))
    expect(await findSavepoint(url(), new Date(0))).toBe(newest)
    expect(await findSavepoint(url(), new Date(201_000))).toBeNull()
  })

  it('is none while its metadata is not written', async () => {
    await mkdir(join(folder, 'savepoint-aaaaaa-1'))
    expect(await findSavepoint(url(), new Date(0))).toBeNull()
  })

  it('holds state under its directory and under its metadata', async () => {
    const saved = await state('savepoint-aaaaaa-1', 100)
    expect(await holdsState(saved)).toBe(true)
    expect(await holdsState(`${saved}/`)).toBe(true)
    expect(await holdsState(`${saved}/_metadata`)).toBe(true)
    expect(await holdsState(url())).toBe(false)
  })
})
