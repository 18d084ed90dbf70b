/**
 * How long a job takes to start, and to stop, and to come back: plain Flink against Headgate cold, cold with class data
 * archives, and warm; in turn, round by round. Times are those of a client of the API that asks every 20 ms, from the
 * sending of its request on; of plain Flink, from the start of its processes. A start before the first round does not
 * count. Prints figures, judges nothing.
 *
 *     npm run bench -- start [what] [--rounds 10] [--flink 2.3] [--json file]
 *
 * `what`: any of the ways plain, cold, archives, warm (else all) and of the parts starts, deaths, many, idle, throughput
 * (else all).
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { percentile } from './support/figures.ts'
import { type Gathered, HeadgateStarts } from './support/headgate-starts.ts'
import { machine } from './support/machine.ts'
import { PlainStarts } from './support/plain-starts.ts'
import { Samples } from './support/samples.ts'
import { FIGURES, type FigureName, WAYS, type Way } from './support/start-figures.ts'

const PARTS = ['starts', 'deaths', 'many', 'idle', 'throughput'] as const
type Part = (typeof PARTS)[number]
type Subject = PlainStarts | HeadgateStarts

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '10' },
    flink: { type: 'string', default: '2.3' },
    json: { type: 'string' },
  },
})
const rounds = Number(options.rounds)
const ways = chosen(WAYS)
const parts = chosen(PARTS)
const gathered: Gathered = { samples: new Samples<FigureName, Way>(FIGURES, ways), steps: new Map(), ways: new Map() }
const begunAt = new Date()
const machineBefore = await machine(options.flink)
const opening: Promise<Subject>[] = []
try {
  await Promise.race([measure(), interrupted()])
} finally {
  const opened = (await Promise.allSettled(opening)).flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  for (const headgate of opened.filter(isHeadgate)) await headgate.end()
}
process.exit()

/** By Ctrl-C, which the JVMs of Headgate do not hear. */
function interrupted(): Promise<never> {
  return new Promise((_, reject) => process.once('SIGINT', () => reject(new Error('interrupted'))))
}

/** Those of the names that were asked for; all when none was. */
function chosen<T extends string>(names: readonly T[]): readonly T[] {
  const unknown = positionals.find((each) => ![...WAYS, ...PARTS].some((name) => name === each))
  if (unknown !== undefined) throw new Error(`"${unknown}" is none of ${[...WAYS, ...PARTS].join(', ')}`)
  const asked = names.filter((name) => positionals.includes(name))
  return asked.length > 0 ? asked : names
}

function open(way: Way): Promise<Subject> {
  const isPlain = way === 'plain'
  const subject = isPlain
    ? PlainStarts.open(options.flink, gathered)
    : HeadgateStarts.open(way, options.flink, gathered)
  opening.push(subject)
  return subject
}

/** What was measured until something failed is told, too. */
async function measure(): Promise<void> {
  try {
    const subjects: Subject[] = []
    for (const way of ways) subjects.push(await open(way))
    for (let round = 1; round <= rounds; round++) {
      const startedAtMs = performance.now()
      await measureRound(round, subjects)
      const tookS = (performance.now() - startedAtMs) / 1000
      console.error(`round ${round} of ${rounds}: ${tookS.toFixed(0)} s`)
    }
  } finally {
    await report()
  }
}

/** Each round begins with another way, so that none always follows the same. */
async function measureRound(round: number, subjects: readonly Subject[]): Promise<void> {
  const turn = round % subjects.length
  const inTurn = [...subjects.slice(turn), ...subjects.slice(0, turn)]
  const headgates = inTurn.filter(isHeadgate)
  const has = (part: Part) => parts.includes(part)
  if (has('starts')) for (const subject of inTurn) await subject.measureStarts()
  if (has('deaths')) for (const headgate of headgates) await headgate.measureDeath()
  if (has('many')) for (const headgate of headgates) await headgate.measureMany()
  if (has('idle')) for (const headgate of headgates) if (headgate.way === 'warm') await headgate.measureIdle()
  if (has('throughput')) for (const subject of inTurn) await measureThroughput(subject)
}

/** Twice, one right after the other: how far these two differ is the noise of the comparison. */
async function measureThroughput(subject: Subject): Promise<void> {
  const first = await subject.throughput()
  const second = await subject.throughput()
  for (const rate of [first, second]) gathered.samples.add('throughput', subject.way, rate)
  gathered.samples.add('again', subject.way, Math.abs(second / first - 1) * 100)
}

function isHeadgate(subject: Subject): subject is HeadgateStarts {
  return subject instanceof HeadgateStarts
}

async function report(): Promise<void> {
  const machineAfter = await machine(options.flink)
  const { samples, steps, ways: started } = gathered
  console.log(`${begunAt.toISOString()}, ${rounds} rounds, Flink ${machineBefore.flink}, Java ${machineBefore.java}`)
  console.log(`${machineBefore.hardware}; load ${machineBefore.load} before, ${machineAfter.load} after\n`)
  console.log(samples.table())
  for (const [way, taken] of steps)
    console.log(`\n${way}, steps of a start with 1 slot, median ms: ${stepsText(taken)}`)
  for (const [way, each] of started) console.log(`\n${way}: ${waysText(each)}`)
  if (options.json === undefined) return
  const json = {
    ...{ begunAt, endedAt: new Date(), rounds, ways, parts, machineBefore, machineAfter, figures: samples.toJson() },
    ...{ steps: Object.fromEntries(steps), started: Object.fromEntries(started) },
  }
  await writeFile(options.json, `${JSON.stringify(json, null, 2)}\n`)
}

function stepsText(taken: readonly Readonly<Record<string, number>>[]): string {
  const names = Object.keys(taken[0] ?? {})
  const median = (name: string) =>
    percentile(
      taken.map((each) => each[name] ?? 0),
      50,
    )
  return names.map((name) => `${name} ${median(name)}`).join(' · ')
}

/** Single starts; of several at once at most as many are warm as there are slots. */
function waysText(started: readonly string[]): string {
  const counts = Map.groupBy(started, (each) => each)
  return [...counts].map(([how, each]) => `${each.length} of ${started.length} starts ${how}`).join(', ')
}
