import { expect, test } from 'vitest'
import { toConfig } from '../config/config.ts'
import type { PostgresSight } from '../db/dialects/postgres-sight.ts'
import type { SchemaSight } from '../db/sight.ts'
import { systemClock } from '../lib/clock.ts'
import { Refusal } from '../lib/errors.ts'
import { version } from '../version.ts'
import { type Finding, ok, type World } from './check.ts'
import { judgeClock } from './clock.ts'
import { judgeDataFolder, notWritable } from './data-folder.ts'
import { judgePostgres, judgeSqlite, type Surroundings } from './database.ts'
import { runChecks } from './doctor.ts'
import { judgeFlink } from './flink.ts'
import { judgeJava, judgeMaven } from './java.ts'
import { judgeMemory } from './memory.ts'
import { judgeClusterPorts, judgePort, judgeService } from './ports.ts'
import { judgeLimits, parseLimits } from './process.ts'
import { judgeSealingKey } from './sealing-key.ts'
import { judgeUser } from './user.ts'

const GIB = 1024 ** 3
const systemError = (code: string) => Object.assign(new Error(`${code}: no`), { code })

const jdk = { home: '/jdk', version: '17.0.15', others: [] }
const flink = { folder: '/flink', sound: ['1.20.0', '2.3.0'], damaged: [] }
const damaged = { version: '1.20.0', problem: 'lib/a.jar is missing' }
const memory = {
  jobBytes: 4 * GIB,
  budgetBytes: 12 * GIB,
  machineBytes: 16 * GIB,
  freeBytes: 8 * GIB,
  isServiceRunning: false,
}
const http = { host: '127.0.0.1', port: 8090, bodyBytes: 1, callsPerMinute: 0, idleMs: 1 }
const folder = { folder: '/data', freeBytes: 9 * GIB, type: 0xef53 }
const key = { file: '/data/sealing.key', key: { sizeBytes: 32, mode: 0o100600 }, hasStarted: true }
const auto = { mode: 'auto', first: 50_000, last: 59_999 } as const
const closed = new Refusal('jobUsers.closed', { en: 'Open it: chmod o+x /root', zh: '请执行：chmod o+x /root。' })
const times = { now: new Date('2027-01-01'), madeOn: new Date('2026-11-01'), newest: null }
const future = { path: '/data/headgate.db', at: new Date('2027-01-02') }
const around: Surroundings = { folder: '/data', owner: 'a', address: 'http://here:8090', isServiceRunning: false }
const schema: SchemaSight = { applied: ['0001-a'], pending: [], unknown: [], databaseId: 'a' }
const sound = { is: 'sound', schema } as const
const server: PostgresSight & { is: 'there' } = {
  ...{ is: 'there', place: 'jobs on db:5432', version: 150_004, holder: null, mayCreateTables: true },
  ...{ clockAheadMs: -900, schema },
}
const held = { ...server, holder: 'headgate on h, process 7' }

const FINE: [string, Finding | Finding[]][] = [
  ['a JDK', judgeJava(jdk)],
  ['Maven', judgeMaven('/usr/bin/mvn')],
  ['both lines of Flink', judgeFlink(flink)],
  ['room for jobs', judgeMemory(memory)],
  ['memory that our own jobs have taken', judgeMemory({ ...memory, freeBytes: GIB, isServiceRunning: true })],
  ['high limits', judgeLimits({ openFiles: 20_000, processes: Number.POSITIVE_INFINITY })],
  ['a user for each project', judgeUser({ uid: 0, jobUsers: auto, obstacle: null })],
  ['a clock that is right', judgeClock(times)],
  [
    'a file from a clock some seconds off',
    judgeClock({ ...times, newest: { path: '/data', at: new Date(+times.now + 5000) } }),
  ],
  ['a free port', judgePort(http, null)],
  ['our own service', judgeService('http://here', { version, checks: { disk: { ok: true, text: '9 GiB free' } } })],
  ["Linux's own range of outgoing ports", judgeClusterPorts({ first: 32_768, last: 60_999 })],
  ['a folder on a disk', judgeDataFolder(folder)],
  ['a closed key', judgeSealingKey(key)],
  ['no key before the first start', judgeSealingKey({ ...key, key: null, hasStarted: false })],
  ['no database before the first start', judgeSqlite('/db', { is: 'absent' }, { ...around, owner: null })],
  ['the database of this folder', judgeSqlite('/db', sound, around)],
  ['a database to be updated', judgeSqlite('/db', { ...sound, schema: { ...schema, pending: ['0002-b'] } }, around)],
  [
    'a database in use by the service',
    judgeSqlite('/db', { is: 'inUse', pid: 7 }, { ...around, isServiceRunning: true }),
  ],
  ['PostgreSQL', judgePostgres(server, around)],
  ['PostgreSQL held by the service', judgePostgres(held, { ...around, isServiceRunning: true })],
]

test.each(FINE)('%s: all is well', (_what, findings) => {
  expect([findings].flat().map(({ mark }) => mark)).toEqual(['ok'])
})

const BAD: [string, Finding | Finding[], Finding['mark'], RegExp][] = [
  [
    'a JAVA_HOME of no use',
    judgeJava({ ...jdk, others: [{ home: '/jre', why: { en: 'holds no JDK', zh: '不是JDK目录' } }] }),
    'warning',
    /^\/jre holds no JDK, so jobs run on JDK 17\.0\.15 in \/jdk\. Correct HEADGATE_JAVA_HOME/u,
  ],
  [
    'no JDK',
    judgeJava({ home: null, version: null, others: [] }),
    'problem',
    /^A JDK 17 or 21 was not found .* Install it/u,
  ],
  ['no Maven', judgeMaven(null), 'warning', /^Maven \(mvn\) was not found/u],
  [
    'a damaged Flink',
    judgeFlink({ ...flink, sound: ['2.3.0'], damaged: [damaged] }),
    'problem',
    /lib\/a\.jar is missing\. Repair it: npx headgate flink install 1\.20\.0$/u,
  ],
  ['no Flink 1.20', judgeFlink({ ...flink, sound: ['2.3.0'] }), 'problem', /: npx headgate flink install 1\.20$/u],
  [
    'no Flink 2.3',
    judgeFlink({ ...flink, sound: ['1.20.0'] }),
    'warning',
    /ask for 2\.x cannot run\..* install 2\.3$/u,
  ],
  [
    'a budget set too small',
    judgeMemory({ ...memory, budgetBytes: 3 * GIB }),
    'problem',
    /takes 4\.0 GiB .* may take 3\.0 GiB\. Raise that: HEADGATE_HOST_MEMORY=13107M$/u,
  ],
  [
    'a small machine',
    judgeMemory({ ...memory, budgetBytes: 3 * GIB, machineBytes: 4 * GIB }),
    'problem',
    /: HEADGATE_CU_MEMORY=1536M$/u,
  ],
  [
    'a tiny machine',
    judgeMemory({ ...memory, budgetBytes: GIB, machineBytes: 1.3 * GIB }),
    'problem',
    /at least 3 GiB/u,
  ],
  [
    'a budget above what a container has',
    judgeMemory({ ...memory, machineBytes: 10 * GIB }),
    'warning',
    /HEADGATE_HOST_MEMORY=8192M$/u,
  ],
  ['memory that others have taken', judgeMemory({ ...memory, freeBytes: GIB }), 'warning', /^Only 1\.0 GiB are free/u],
  [
    'low limits',
    judgeLimits({ openFiles: 1024, processes: 100_000 }),
    'warning',
    /^Only 1024 .*: ulimit -n 65536 -u 100000 /u,
  ],
  [
    'root without users for jobs',
    judgeUser({ uid: 0, jobUsers: { mode: 'off' }, obstacle: null }),
    'warning',
    /runs every job as root.*Unset it/u,
  ],
  [
    'root in a folder that jobs cannot enter',
    judgeUser({ uid: 0, jobUsers: auto, obstacle: closed }),
    'warning',
    /^Open it: chmod o\+x \/root Until then every job runs as root/u,
  ],
  [
    'users for jobs that are required and cannot be',
    judgeUser({ uid: 0, jobUsers: { ...auto, mode: 'range' }, obstacle: closed }),
    'problem',
    /^HEADGATE_JOB_USERS=50000-59999 cannot be kept\. Open it/u,
  ],
  ['not root', judgeUser({ uid: 1000, jobUsers: auto, obstacle: closed }), 'warning', /runs as this user \(id 1000\)/u],
  [
    'a clock before this version',
    judgeClock({ ...times, now: new Date(0) }),
    'warning',
    /says 1970-01-01.*timedatectl/u,
  ],
  [
    'a file of the future',
    judgeClock({ ...times, newest: future }),
    'warning',
    /headgate\.db was changed at 2027-01-02/u,
  ],
  [
    'a taken port',
    judgePort(http, systemError('EADDRINUSE')),
    'problem',
    /taken by another program.*ss -ltnp 'sport = :8090'.*HEADGATE_PORT/u,
  ],
  ['a port for root only', judgePort(http, systemError('EACCES')), 'problem', /EACCES.*HEADGATE_PORT/u],
  [
    'a service in trouble',
    judgeService('u', { version, checks: { disk: { ok: false, text: '3 MiB free' } } }),
    'problem',
    /its disk: 3 MiB free/u,
  ],
  [
    'a service of another version',
    judgeService('u', { version: '0.0.9', checks: {} }),
    'warning',
    /Restart the service/u,
  ],
  [
    "Flink's ports given to others",
    judgeClusterPorts({ first: 1024, last: 65_535 }),
    'warning',
    /sysctl -w net\.ipv4\.ip_local_port_range="32000 65535"$/u,
  ],
  [
    'a folder of somebody else',
    notWritable('/my data', systemError('EACCES')),
    'problem',
    /sudo chown -R "\$\(id -un\)" '\/my data'/u,
  ],
  ['a read-only disk', notWritable('/data', systemError('EROFS')), 'problem', /EROFS: no\. Set HEADGATE_DATA/u],
  ['a full disk', judgeDataFolder({ ...folder, freeBytes: 1024 ** 2 }), 'problem', /^Only 1 MiB are free/u],
  ['a disk soon full', judgeDataFolder({ ...folder, freeBytes: GIB }), 'warning', /^Only 1\.0 GiB are free/u],
  ['a folder in memory', judgeDataFolder({ ...folder, type: 0x01021994 }), 'warning', /in memory \(tmpfs\)/u],
  ['a folder on NFS', judgeDataFolder({ ...folder, type: 0x6969 }), 'warning', /network file system \(NFS\)/u],
  ['a lost key', judgeSealingKey({ ...key, key: null }), 'problem', /is gone.*Restore it from a backup/u],
  ['a cut key', judgeSealingKey({ ...key, key: { sizeBytes: 3, mode: 0o100600 } }), 'problem', /3 bytes and not 32/u],
  [
    'an open key',
    judgeSealingKey({ ...key, key: { sizeBytes: 32, mode: 0o100640 } }),
    'warning',
    /: chmod 600 \/data\/sealing\.key$/u,
  ],
  ['a lost database', judgeSqlite('/db', { is: 'absent' }, around), 'problem', /belongs to another database \(id a\)/u],
  [
    'the database of another folder',
    judgeSqlite('/db', sound, { ...around, owner: 'b' }),
    'problem',
    /belongs to another database \(id b\)/u,
  ],
  [
    'a damaged database',
    judgeSqlite('/db', { is: 'damaged', problem: 'page 3' }, around),
    'problem',
    /\/db is damaged: page 3\. Restore/u,
  ],
  [
    'a database of a newer Headgate',
    judgeSqlite('/db', { ...sound, schema: { ...schema, unknown: ['0009-z'] } }, around),
    'problem',
    /0009-z.*newer Headgate/u,
  ],
  [
    'a database in use by another',
    judgeSqlite('/db', { is: 'inUse', pid: 7 }, around),
    'problem',
    /held by process 7, and no Headgate answers at http:\/\/here:8090/u,
  ],
  [
    'a service with another database',
    judgeSqlite('/db', sound, { ...around, isServiceRunning: true }),
    'warning',
    /^The Headgate at http:\/\/here:8090 does not use \/db/u,
  ],
  [
    'PostgreSQL away',
    judgePostgres({ is: 'away', place: 'jobs on db', reason: 'no' }, around),
    'problem',
    /correct HEADGATE_DATABASE_URL/u,
  ],
  [
    'PostgreSQL 13',
    judgePostgres({ ...server, version: 130_009 }, around),
    'problem',
    /is version 13\. Use PostgreSQL 14/u,
  ],
  [
    'PostgreSQL without leave to make tables',
    judgePostgres({ ...server, mayCreateTables: false, schema: { ...schema, pending: ['0001-a'] } }, around),
    'problem',
    /grant create on schema public/u,
  ],
  ['PostgreSQL held by another', judgePostgres(held, around), 'problem', /held by headgate on h, process 7/u],
  [
    'PostgreSQL with another clock',
    judgePostgres({ ...server, clockAheadMs: 120_000 }, around),
    'warning',
    /120 s ahead of ours/u,
  ],
]

test.each(BAD)('%s is told, with what to do, in both languages', (_what, findings, mark, english) => {
  const found = [findings].flat().filter((finding) => finding.mark !== 'ok')
  expect(found).toEqual([
    { mark, texts: { en: expect.stringMatching(english), zh: expect.stringMatching(/\p{Script=Han}/u) } },
  ])
})

test('limits are read as the kernel writes them', () => {
  const text =
    'Max processes             96365                unlimited            processes \nMax open files            1024                 20000                files     \n'
  expect(parseLimits(text)).toEqual({ openFiles: 20_000, processes: Number.POSITIVE_INFINITY })
})

test('a check that throws and one that never ends are told as problems, and the others are made all the same', async () => {
  const { config } = toConfig({}, '/nowhere')
  const world: World = { config, databaseUrl: null, service: null, clock: systemClock }
  const checks = [
    { name: 'throws', run: () => Promise.reject(new Error('EIO: bad disk')) },
    { name: 'hangs', run: () => new Promise<Finding[]>(() => undefined) },
    { name: 'works', run: async () => [ok('well', '好')] },
  ]
  const { canRunJobs, findings } = await runChecks(checks, world, 20)
  expect(canRunJobs).toBe(false)
  expect(findings.map(({ check, mark, texts }) => `${check} ${mark} ${texts.en}`)).toEqual([
    expect.stringMatching(/^throws problem This could not be checked: EIO: bad disk\./u),
    expect.stringMatching(/^hangs problem This could not be checked: it took longer than 0\.02 s\./u),
    'works ok well',
  ])
})
