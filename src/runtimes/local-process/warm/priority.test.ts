import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { constants, getPriority } from 'node:os'
import { afterEach, expect, test } from 'vitest'
import { lowerSession, lowPriority, raisePriority } from './priority.ts'

let child: ChildProcess

afterEach(() => void child.kill('SIGKILL'))

/** Of each of its threads. */
function priorities(): number[] {
  return readdirSync(`/proc/${child.pid}/task`).map((thread) => getPriority(Number(thread)))
}

test('a process that was started with low priority has that of the service again, in all its threads', async () => {
  const [program = '', ...args] = [
    ...lowPriority(),
    process.execPath,
    '-e',
    'console.log(); setInterval(() => {}, 1e6)',
  ]
  child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  const isLow = lowPriority().length > 0
  expect(new Set(priorities())).toEqual(new Set([isLow ? constants.priority.PRIORITY_LOW : getPriority()]))
  raisePriority(child.pid ?? 0)
  expect(new Set(priorities())).toEqual(new Set([getPriority()]))
})

const hasSessions = existsSync('/proc/self/autogroup')

test.skipIf(!hasSessions || process.getuid?.() !== 0)('so has its session', () => {
  child = spawn('sleep', ['60'], { stdio: 'ignore', detached: true })
  const pid = child.pid ?? 0
  const ofSession = () => /nice (\S+)/u.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'))?.[1]
  lowerSession(pid)
  const low = ofSession()
  raisePriority(pid)
  expect([low, ofSession()]).toEqual(lowPriority().length > 0 ? ['19', '0'] : ['0', '0'])
})
