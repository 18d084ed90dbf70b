import { Refusal } from '../../lib/errors.ts'

/**
 * What may be ordered of a pretended cluster: faults, and ends that a program would come to by itself. A job orders with keys
 * of its runtime_config, a test or a bench over the control interface; both use these words. docs/guides/simulator.md is
 * generated from here.
 *
 * A value is a list of steps, `<what>[:<time>[:<exit code>]]`, such as `silent:2s,answers:10s` or `dies:500ms:239`.
 */
export const ORDERS = {
  'simulator.start': {
    slow: 'the JobManager listens only after the time',
    hangs: 'the JobManager lives and never listens',
    refused: 'the launch is refused',
    throws: 'main throws an exception: the job is FAILED',
    nojob: 'main ends without execute()',
  },
  'simulator.restore': { unreadable: 'the restore point cannot be read: the job is FAILED' },
  'simulator.job': {
    finishes: 'the program ends the time after its tasks ran: FINISHED',
    fails: 'a task throws the time after it ran, also after each restart',
  },
  'simulator.jobmanager': {
    dies: 'the process ends the time after its start (exit code 1 unless one is given)',
    silent: 'its REST port takes connections and does not answer',
    answers: 'it answers again',
  },
  'simulator.taskmanager': {
    dies: 'the first TaskManager ends the time after its start, as does each that follows it',
  },
  'simulator.savepoint': {
    works: 'savepoints complete, after the time',
    fails: 'savepoints fail, after the time',
    never: 'savepoints stay in progress',
  },
} as const satisfies Record<string, Record<string, string>>

export type OrderKey = keyof typeof ORDERS
export type Step = Readonly<{ does: string; afterMs: number; exitCode: number | null }>
export type Orders = Readonly<Partial<Record<OrderKey, readonly Step[]>>>

/** These make something happen; the others are asked when something happens by itself. */
export function isHappening(key: OrderKey): boolean {
  return ['simulator.job', 'simulator.jobmanager', 'simulator.taskmanager'].includes(key)
}

const STEP = /^([a-z]+)(?::(\d+)(ms|s|m)(?::(\d{1,3}))?)?$/u
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

/** @throws Refusal `runtime.invalidSetting` */
export function parseOrder(key: string, value: string): readonly Step[] {
  const known = knownSteps(key)
  return value.split(',').map((text) => {
    const [, does = '', amount = '0', unit = 'ms', code] = STEP.exec(text.trim()) ?? []
    if (!known.includes(does)) throw invalid(key, value, known)
    return { does, afterMs: Number(amount) * (UNIT_MS[unit] ?? 1), exitCode: code === undefined ? null : Number(code) }
  })
}

/** The orders among a job's Flink configuration. @throws Refusal `runtime.invalidSetting` */
export function ordersIn(flinkConfig: Readonly<Record<string, string>>): Orders {
  const own = Object.entries(flinkConfig).filter(([key]) => key.startsWith('simulator.'))
  return Object.fromEntries(own.map(([key, value]) => [key, parseOrder(key, value)]))
}

/** The step of this name, when it is ordered. */
export function ordered(orders: Orders, key: OrderKey, does: string): Step | undefined {
  return orders[key]?.find((step) => step.does === does)
}

function knownSteps(key: string): string[] {
  return Object.hasOwn(ORDERS, key) ? Object.keys(ORDERS[key as OrderKey]) : []
}

function invalid(key: string, value: string, known: readonly string[]): Refusal {
  const steps = known.length === 0 ? Object.keys(ORDERS) : known.map((name) => `${name}[:time]`)
  return new Refusal('runtime.invalidSetting', {
    en: `The simulator does not understand ${key}: ${JSON.stringify(value)}. It knows: ${steps.join(', ')}.`,
    zh: `模拟器无法识别 ${key}: ${JSON.stringify(value)}。可用：${steps.join('、')}。`,
  })
}
