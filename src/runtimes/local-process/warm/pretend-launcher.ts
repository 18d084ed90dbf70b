/**
 * For tests: what stands in the place of `java` and does as java/launcher does, in as little as can be: says `ready`, waits
 * for one message, says `taken`, and then stays. What it does is noted in `<folder>/told`, a line each: `<event> <role>
 * <pid> <more>`. A file `<folder>/<order>` makes it behave otherwise (`Order`).
 *
 * Arguments: the folder, then those of java.
 */
import { appendFileSync, closeSync, existsSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LEASE_DESCRIPTOR, NEVER_LEASED } from './message.ts'

/**
 * `warmUpHangs`, `warmUpFails`, `takesAndKeepsSilent`: as they say. `taskManagerIsSlow`: a TaskManager is not warm before the
 * file is gone. `ends86`: what it runs ends with NEVER_LEASED.
 */
export type Order = 'warmUpHangs' | 'warmUpFails' | 'taskManagerIsSlow' | 'takesAndKeepsSilent' | 'ends86'

const [folder = '', ...args] = process.argv.slice(2)
const ordered = (order: Order) => existsSync(join(folder, order))
const [, run = '', role = ''] = /-Dlog\.file=(\S+)\/logs\/([a-z0-9-]+)\.log/u.exec(args.join(' ')) ?? []

function note(event: string, more = ''): void {
  appendFileSync(join(folder, 'told'), `${event} ${role} ${process.pid} ${more}\n`)
}

function stay(): void {
  if (ordered('ends86')) process.exit(NEVER_LEASED)
  setInterval(() => {}, 60_000)
}

function readExactly(length: number): Buffer | null {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; ) {
    const count = readSync(LEASE_DESCRIPTOR, bytes, at, length - at, null)
    if (count === 0) return null
    at += count
  }
  return bytes
}

function waitForLease(): void {
  const head = readExactly(4)
  const body = head && readExactly(head.readUInt32BE())
  if (!body) process.exit(NEVER_LEASED)
  const mainClass = body.subarray(4, 4 + body.readUInt32BE()).toString()
  note('leased', `${mainClass} ${existsSync(join(run, 'conf', 'config.yaml'))}`)
  if (!ordered('takesAndKeepsSilent')) writeSync(LEASE_DESCRIPTOR, 'taken\n')
  closeSync(LEASE_DESCRIPTOR)
  stay()
}

if (args.includes('headgate.launcher.WarmStart')) {
  note('born')
  if (ordered('warmUpFails')) {
    writeSync(LEASE_DESCRIPTOR, 'failed as ordered\n')
    process.exit(NEVER_LEASED)
  }
  while (role !== 'jobmanager' && ordered('taskManagerIsSlow')) await sleep(10)
  if (!ordered('warmUpHangs')) {
    writeSync(LEASE_DESCRIPTOR, 'ready 7\n')
    note('ready')
  }
  waitForLease()
} else {
  note('cold')
  stay()
}
