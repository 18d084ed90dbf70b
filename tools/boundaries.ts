/**
 * Who may import whom, as data. A room is a folder below src/ (the longest match counts); `*` is everything.
 * test/repo/boundaries.test.ts enforces it, ARCHITECTURE.md prints it.
 */
export const ROOMS: Readonly<Record<string, { holds: string; imports: readonly string[] }>> = {
  'src/main.ts': { holds: 'argv → command', imports: ['*'] },
  'src/app.ts': { holds: 'config → running service; the composition root, visible as a list', imports: ['*'] },
  'src/version.ts': { holds: "Headgate's own version", imports: [] },
  'src/lib': { holds: 'clock, ids, errors, logger, durable files; no domain word', imports: [] },
  'src/config': { holds: 'settings: read, derive, refuse; the only reader of the environment', imports: ['src/lib'] },
  'src/db': { holds: 'connect, transact, dialect, migrations', imports: ['src/lib'] },
  'src/storage': { holds: 'objects (obs://): the port, its adapters, buckets', imports: ['src/lib', 'src/db'] },
  'src/projects': { holds: 'the wall between tenants', imports: ['src/lib', 'src/db'] },
  'src/access': { holds: 'users, tokens, keys, signatures', imports: ['src/lib', 'src/db', 'src/projects'] },
  'src/grants': {
    holds: 'who may do what to which job, queue and package',
    imports: ['src/lib', 'src/db', 'src/access'],
  },
  'src/tags': { holds: 'labels on things', imports: ['src/lib', 'src/db'] },
  'src/queues': {
    holds: 'named budgets of CUs',
    imports: ['src/lib', 'src/db', 'src/access', 'src/grants', 'src/tags'],
  },
  'src/artifacts': {
    holds: 'packages and the stored files behind them',
    imports: ['src/lib', 'src/db', 'src/access', 'src/grants', 'src/tags', 'src/storage'],
  },
  'src/templates': {
    holds: 'texts that SQL jobs are made from',
    imports: ['src/lib', 'src/db', 'src/access', 'src/tags'],
  },
  'src/variables': {
    holds: 'global variables, and what they stand for in a launch',
    imports: ['src/lib', 'src/db', 'src/access'],
  },
  'src/flink': { holds: 'installed Flink versions, and what of ours is compiled for them', imports: ['src/lib'] },
  'src/runtimes': {
    holds: 'the port to what runs attempts, and its drivers; the only place that starts JVMs or calls Flink',
    imports: ['src/lib', 'src/flink'],
  },
  'src/runtimes/cluster': {
    holds: 'Flink clusters made of processes: launch, observe, savepoints, logs, whoever hosts the processes',
    imports: ['src/lib', 'src/runtimes/runtime.ts', 'src/runtimes/state-url.ts'],
  },
  'src/runtimes/local-process': {
    holds:
      'the host that starts JVMs on this machine, or has them waiting (warm/): command lines, memory, identity, the end of processes',
    imports: ['src/lib', 'src/flink', 'src/runtimes/runtime.ts', 'src/runtimes/state-url.ts', 'src/runtimes/cluster'],
  },
  'src/runtimes/simulated': {
    holds: 'the host that only pretends, and the simulator behind it: for tests and development',
    imports: ['src/lib', 'src/runtimes/runtime.ts', 'src/runtimes/state-url.ts', 'src/runtimes/cluster'],
  },
  'src/jobs': {
    holds: 'the heart: job, lifecycle, commands, store; readable without HTTP, SQL or Flink in the head',
    imports: [
      'src/lib',
      'src/db',
      'src/grants',
      'src/artifacts',
      'src/queues',
      'src/tags',
      'src/storage',
      'src/variables',
      'src/runtimes/runtime.ts',
    ],
  },
  'src/transfer': {
    holds: 'jobs into archives and back',
    imports: ['src/lib', 'src/grants', 'src/jobs', 'src/storage'],
  },
  'src/reconciler': {
    holds: 'read → observe → decide → record → act',
    imports: [
      'src/lib',
      'src/db',
      'src/jobs',
      'src/queues',
      'src/artifacts',
      'src/storage',
      'src/variables',
      'src/runtimes/runtime.ts',
    ],
  },
  'src/background': {
    holds: 'duties: what is done again and again beside the requests',
    imports: ['src/lib', 'src/access', 'src/artifacts', 'src/storage'],
  },
  'src/http': {
    holds: 'Fastify, authentication, one error renderer; dli/ holds the foreign contract, native/ our own API',
    imports: [
      'src/lib',
      'src/access',
      'src/projects',
      'src/grants',
      'src/queues',
      'src/artifacts',
      'src/tags',
      'src/storage',
      'src/templates',
      'src/variables',
      'src/jobs',
      'src/transfer',
      'src/runtimes/runtime.ts',
      'src/reconciler/view.ts',
    ],
  },
  'src/doctor': {
    holds: 'what may be wrong with the machine: each check a look and a pure judgement',
    imports: [
      'src/lib',
      'src/version.ts',
      'src/config',
      'src/db',
      'src/flink',
      'src/runtimes/cluster/ports.ts',
      'src/runtimes/local-process/user-check.ts',
      'src/jobs',
    ],
  },
  'src/cli': {
    holds: 'the commands a person types',
    imports: ['src/lib', 'src/version.ts', 'src/config', 'src/flink', 'src/doctor', 'src/app.ts', 'src/access'],
  },
}

/** Packages that only one room may touch. */
export const SINGLE_DOORS: Readonly<Record<string, readonly string[]>> = {
  'node:child_process': ['src/runtimes', 'src/flink'],
  // src/flink: its installation lock is an SQLite lock, which the kernel drops when its holder dies.
  'node:sqlite': ['src/db', 'src/flink'],
  pg: ['src/db'],
  kysely: ['src/db', '-store.ts', '-rows.ts'],
  fastify: ['src/http'],
}

/** The room of a file, or null when it lies in none. */
export function roomOf(file: string): string | null {
  const rooms = Object.keys(ROOMS).filter((room) => file === room || file.startsWith(`${room}/`))
  return rooms.sort((a, b) => b.length - a.length)[0] ?? null
}

/** True when a file of `from` may import the file `target`. */
export function mayImport(from: string, target: string): boolean {
  const allowed = ROOMS[from]?.imports ?? []
  if (allowed.includes('*') || roomOf(target) === from) return true
  return allowed.some((each) => target === each || target.startsWith(`${each}/`))
}
