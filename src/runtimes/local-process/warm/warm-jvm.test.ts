import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { LEASE_DESCRIPTOR } from './message.ts'
import { WarmJvm } from './warm-jvm.ts'

/** Programs in the place of a JVM, with the line as their file descriptor 3. */
function started(script: string): WarmJvm {
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] })
  jvm = new WarmJvm(child, '')
  return jvm
}

const ANSWERS = 'echo ready 7 >&3; head -c 1 <&3 > /dev/null; echo taken >&3; exec sleep 60'
const PROGRAM = { mainClass: 'Main', args: [] }
let jvm: WarmJvm

afterEach(() => {
  vi.useRealTimers()
  jvm.child.kill('SIGKILL')
})

test('one that answers while the service is busy for longer than its patience has answered', async () => {
  const { ready } = started(ANSWERS)
  expect(await ready).toBe(7)
  const answer = jvm.lease(PROGRAM)
  // Nothing else is done meanwhile, as in a long garbage collection.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500)
  expect(await answer).toBe('taken')
})

test('one that waits is not heard, whatever it says', async () => {
  const { ready, child } = started('echo ready 7 >&3; exec yes >&3')
  await ready
  expect((child.stdio[LEASE_DESCRIPTOR] as Socket).isPaused()).toBe(true)
})

test('one that never becomes warm is given up', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  const { ready } = started('exec sleep 60')
  vi.advanceTimersByTime(180_000)
  await expect(ready).rejects.toThrow('did not warm up: hung')
})
