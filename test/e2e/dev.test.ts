/** `npm run dev` after its set-up: what it shows, what a reload keeps, and what is left when it ends. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Answer, type Call, signedIn } from '../support/client.ts'
import { eventually, processesAbout } from '../support/clusters.ts'
import { ROOT } from '../support/source-files.ts'

const PERSON = { userName: 'admin', password: 'headgate-dev', domainName: 'headgate', projectId: 'd'.repeat(32) }
const STATES = [
  ...['job_cancel_success', 'job_finish', 'job_init', 'job_running', 'job_running_exception', 'job_savepointing'],
  ...['job_submit_fail', 'job_submitting'],
]

let folder: string
const begun: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-dev-'))
})

afterEach(async () => {
  for (const child of begun.splice(0)) await end(child, 'SIGINT')
  await nothingRuns()
  await rm(folder, { recursive: true, force: true })
})

const nothingRuns = () =>
  eventually(
    () => processesAbout(folder),
    (left) => left.length === 0,
  )

/** Starts it; `next` answers with a client of the service whenever it says that it is ready (again). */
function dev(): { child: ChildProcess; next: () => Promise<Call>; complaint: () => Promise<string> } {
  const child = spawn(process.execPath, [join(ROOT, 'tools/dev/dev.ts')], {
    env: { PATH: process.env.PATH, HEADGATE_DATA: folder, HEADGATE_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  begun.push(child)
  let output = ''
  child.stdout.on('data', (part) => (output += part))
  let errors = ''
  child.stderr.on('data', (part) => (errors += part))
  let read = 0
  const next = async () => {
    const [, url = '', rest = ''] = await eventually(
      async () => /(http:\S+): jobs are only pretended(.*)/su.exec(output.slice(read)) ?? [],
      (found) => found.length > 0,
    )
    read = output.length - rest.length
    return signedIn(url, PERSON)
  }
  // Not at its exit: what it said last may still be on its way.
  return { child, next, complaint: async () => once(child, 'close').then(([code]) => `${code} ${errors}`) }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

const jobs = async (call: Call): Promise<Answer[]> =>
  (await call('GET', '/v1.0/{p}/streaming/jobs?limit=100')).job_list.jobs

test('jobs are in every state that lasts; a reload keeps them, and the end leaves no process', async () => {
  const { child, next } = dev()
  const shown = await jobs(await next())
  expect([...new Set(shown.map(({ status }) => status))].sort()).toEqual(STATES)

  await utimes(join(ROOT, 'tools/dev/serve.ts'), new Date(), new Date())
  const again = await next()
  const states = (all: Answer[]) => all.map(({ name, status }) => [name, status])
  // One of them fails and is started again every 20 s.
  await eventually(
    async () => states(await jobs(again)),
    (kept) => isDeepStrictEqual(kept, states(shown)),
  )

  await end(child, 'SIGINT')
  await nothingRuns()
})

test('killed at any moment and started again it begins anew; a second one beside it is refused', async () => {
  const first = dev()
  await eventually(
    () => processesAbout(join(folder, 'dev')),
    (running) => running.length > 2,
  )
  await end(first.child, 'SIGKILL')
  const call = await dev().next()
  expect(await jobs(call)).toHaveLength(14)
  expect(await dev().complaint()).toMatch(/^1 npm run dev already runs on \S+ \(process \d+\)\. End it first/u)
})
