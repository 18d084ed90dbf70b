import { spawn } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProcessKey } from '../cluster/process-host.ts'
import { eventually } from '../cluster/testing.ts'
import {
  currentBootId,
  isAlive,
  parseIdentity,
  processesWithVariable,
  runningProcesses,
  selfIdentity,
  signalProcess,
} from './process-identity.ts'
import { MarkerTable } from './process-table.ts'
import { becoming } from './process-user.ts'

const USER = 50_001
const KEY: ProcessKey = { start: 1, role: 'jobmanager', turn: 1 }
let folder: string
let tables: MarkerTable[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-processes-'))
  await mkdir(join(folder, 'processes'))
  tables = []
})

afterEach(async () => {
  for (const table of tables) {
    for (const each of [...table.living().jvms, ...table.living().leaders]) signalProcess(each, 'SIGKILL')
  }
  await rm(folder, { recursive: true })
})

async function open(): Promise<MarkerTable> {
  const table = await MarkerTable.read(join(folder, 'processes'), join(folder, 'processes', 'closed'))
  tables.push(table)
  return table
}

function start(table: MarkerTable, script: string, key = KEY) {
  return table.spawn({
    ...{
      key,
      prefix: [],
      command: ['/bin/sh', '-c', script],
      environment: { PATH: '/usr/bin:/bin', HEADGATE_TEST: folder },
    },
    ...{ workingFolder: folder, outFile: join(folder, 'out') },
  })
}

async function stateOf(table: MarkerTable) {
  await table.refresh()
  return table.state(1, 'jobmanager')
}

describe('a process', () => {
  it('is alive, then ended with its exit code, to every table over the folder', async () => {
    const table = await open()
    expect(table.state(1, 'jobmanager')).toEqual({ is: 'absent' })
    await start(table, `while [ ! -e ${folder}/go ]; do sleep 0.05; done; exit 7`)
    expect(await stateOf(table)).toMatchObject({ is: 'alive' })
    expect(await stateOf(await open())).toMatchObject({ is: 'alive' })
    await writeFile(join(folder, 'go'), '')
    expect(
      await eventually(
        () => stateOf(table),
        ({ is }) => is === 'ended',
      ),
    ).toEqual({ is: 'ended', exitCode: 7 })
    expect(await stateOf(await open())).toEqual({ is: 'ended', exitCode: 7 })
  })

  it('has the exit code 137 when only the process itself is killed', async () => {
    const table = await open()
    await start(table, 'exec sleep 60')
    const alive = await eventually(
      () => stateOf(table),
      () => table.living().jvms.length === 1,
    )
    expect(alive.is).toBe('alive')
    for (const jvm of table.living().jvms) signalProcess(jvm, 'SIGKILL')
    expect(
      await eventually(
        () => stateOf(table),
        ({ is }) => is === 'ended',
      ),
    ).toEqual({ is: 'ended', exitCode: 137 })
  })

  it('has no exit code when its wrapper is killed with it', async () => {
    const table = await open()
    const child = await start(table, 'exec sleep 60')
    await eventually(
      () => stateOf(table),
      () => table.living().jvms.length === 1,
    )
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    expect(
      await eventually(
        () => stateOf(table),
        ({ is }) => is === 'ended',
      ),
    ).toEqual({ is: 'ended', exitCode: null })
  })

  it('that dies while its wrapper is stopped has ended, with an unknown exit code, and the wrapper is left to be ended', async () => {
    const table = await open()
    const child = await start(table, 'exec sleep 60')
    await eventually(
      () => stateOf(table),
      () => table.living().jvms.length === 1,
    )
    process.kill(child.pid ?? 0, 'SIGSTOP')
    for (const jvm of table.living().jvms) signalProcess(jvm, 'SIGKILL')
    const diedAt = performance.now()
    expect(
      await eventually(
        () => stateOf(table),
        ({ is }) => is === 'ended',
      ),
    ).toEqual({ is: 'ended', exitCode: null })
    expect(performance.now() - diedAt).toBeLessThan(2000)
    expect(table.living()).toMatchObject({ jvms: [], leaders: [{ pid: child.pid }] })
  })

  it('outlives a SIGTERM of its wrapper, and the exit code is still written', async () => {
    const table = await open()
    const child = await start(table, `trap "exit 5" TERM; touch ${folder}/ready; while :; do sleep 0.05; done`)
    await eventually(
      () => readdir(folder),
      (names) => names.includes('ready'),
    )
    process.kill(child.pid ?? 0, 'SIGTERM')
    await sleep(100)
    expect((await stateOf(table)).is).toBe('alive')
    process.kill(-(child.pid ?? 0), 'SIGTERM')
    expect(
      await eventually(
        () => stateOf(table),
        ({ is }) => is === 'ended',
      ),
    ).toEqual({ is: 'ended', exitCode: 5 })
  })

  it('is started once, however often and by whomever it is asked for', async () => {
    const script = `echo started >> ${folder}/starts; exec sleep 60`
    await Promise.all(Array.from({ length: 10 }, async () => start(await open(), script)))
    const starts = await eventually(
      () => readFile(join(folder, 'starts'), 'utf8').catch(() => ''),
      (text) => text !== '',
    )
    await sleep(200)
    expect(starts).toBe('started\n')
    expect(await readFile(join(folder, 'starts'), 'utf8')).toBe('started\n')
  })

  it('is not started any more when the folder is closed', async () => {
    await writeFile(join(folder, 'processes', 'closed'), '')
    const table = await open()
    await start(table, `touch ${folder}/started`)
    expect(
      await eventually(
        () => stateOf(table),
        ({ is }) => is === 'ended',
      ),
    ).toEqual({ is: 'ended', exitCode: null })
    await expect(readFile(join(folder, 'started'))).rejects.toThrow()
  })

  it('that another process took the number of is neither alive nor signalled', async () => {
    const table = await open()
    const other = { ...selfIdentity(), startTime: '1' }
    await writeFile(join(folder, 'processes', '1.jobmanager.1.group'), `${other.pid} 1 ${currentBootId()}\n`)
    await writeFile(join(folder, 'processes', '1.jobmanager.1.jvm'), `${other.pid} 1 ${currentBootId()}\n`)
    await table.load()
    expect(table.state(1, 'jobmanager')).toEqual({ is: 'ended', exitCode: null })
    expect(table.living()).toEqual({ jvms: [], leaders: [] })
    expect(signalProcess(other, 'SIGTERM')).toBe(false)
  })

  it('of an earlier boot has ended', () => {
    expect(isAlive(selfIdentity())).toBe(true)
    expect(isAlive({ ...selfIdentity(), bootId: 'before' })).toBe(false)
  })

  it('is found by a variable of its environment, with the programs it started', async () => {
    const table = await open()
    await start(table, 'setsid sleep 60 & exec sleep 60')
    const found = await eventually(
      () => processesWithVariable('HEADGATE_TEST', folder),
      (all) => all.length === 3,
    )
    for (const each of found) signalProcess(each, 'SIGKILL')
    await eventually(
      () => processesWithVariable('HEADGATE_TEST', folder),
      (all) => all.length === 0,
    )
  })
})

describe.skipIf(process.getuid?.() !== 0)('a process of another user', () => {
  it('has one pid from claim to end, writes its output itself, and cannot touch what is noted of it', async () => {
    await chmod(folder, 0o711)
    await mkdir(join(folder, 'logs'))
    await chown(join(folder, 'logs'), USER, USER)
    const table = await open()
    const tries = `echo 0 > ${folder}/processes/1.jobmanager.1.exit; kill -9 $PPID; sudo -n id; id -u; exit 7`
    await table.spawn({
      ...{ key: KEY, prefix: becoming(USER), command: ['/bin/sh', '-c', `echo $$; ${tries}`] },
      ...{ environment: { PATH: '/usr/bin:/bin' }, workingFolder: folder, outFile: join(folder, 'logs', 'out') },
    })
    const ended = await eventually(
      () => stateOf(table),
      ({ is }) => is === 'ended',
    )
    expect(ended).toEqual({ is: 'ended', exitCode: 7 })
    const out = await readFile(join(folder, 'logs', 'out'), 'utf8')
    const marker = await readFile(join(folder, 'processes', '1.jobmanager.1.jvm'), 'utf8')
    expect(out.split('\n')[0]).toBe(marker.split(' ')[0])
    expect(out).toMatch(/Permission denied.*not permitted.*\n50001\n$/s)
    expect((await stat(join(folder, 'logs', 'out'))).uid).toBe(USER)
  })

  it('is known by its user, whatever its environment says and however it hides', async () => {
    const command = ['env', '-i', 'sleep', '60']
    const [program = '', ...args] = [...becoming(USER), ...command]
    const child = spawn(program, args, { stdio: 'ignore' })
    const found = await eventually(runningProcesses, (all) =>
      all.some(({ pid, user }) => pid === child.pid && user === USER),
    )
    expect(found.find(({ pid }) => pid === process.pid)?.user).toBe(0)
    child.kill('SIGKILL')
  })
})

describe('an identity', () => {
  it.each(['', 'x', '12', '12 34', '-1 34 boot', '12 x boot'])('is not read from %j', (line) => {
    expect(parseIdentity(line)).toBeNull()
  })
})
