import { localUrlOf } from '../config/config.ts'
import { readOwner } from '../config/folder-owner.ts'
import { lookAtPostgres, type PostgresSight } from '../db/dialects/postgres-sight.ts'
import { lookAtSqlite, type SqliteSight } from '../db/dialects/sqlite-sight.ts'
import type { SchemaSight } from '../db/sight.ts'
import { type Check, type Finding, ok, problem, warning } from './check.ts'
import { size } from './words.ts'

const POSTGRES_MIN = 14
const CLOCKS_APART_MS_MAX = 60_000

export const database: Check = {
  name: 'database',
  run: async ({ config, databaseUrl, service }) => {
    const seen = {
      folder: config.folders.data,
      owner: await readOwner(config.folders.data),
      address: localUrlOf(config.http),
      isServiceRunning: service !== null,
    }
    if (databaseUrl === null) return [judgeSqlite(config.databaseFile, await lookAtSqlite(config.databaseFile), seen)]
    return judgePostgres(await lookAtPostgres(databaseUrl), seen)
  },
}

/** What lies around the database. */
export type Surroundings = Readonly<{
  /** The data folder, and the id of the database that it belongs to (null: to none yet). */
  folder: string
  owner: string | null
  /** Where the service is asked, and whether it answers. */
  address: string
  isServiceRunning: boolean
}>

export function judgeSqlite(file: string, sight: SqliteSight, around: Surroundings): Finding {
  switch (sight.is) {
    case 'absent':
      return around.owner === null ? ok(`${file}, made by the first start`, `${file}，首次启动时创建`) : foreign(around)
    case 'inUse':
      return judgeHolder(file, { en: `process ${sight.pid}`, zh: `进程 ${sight.pid}` }, around)
    case 'large':
      return ok(
        `${file}, ${size(sight.sizeBytes)}; too large to be read here`,
        `${file}，${size(sight.sizeBytes)}；文件较大，未读取`,
      )
    case 'damaged':
      return problem(
        `${file} is damaged: ${sight.problem}. Restore it from a backup, together with the rest of the data folder.`,
        `${file} 已损坏：${sight.problem}。请与数据目录的其余内容一起从备份恢复。`,
      )
    case 'sound':
      return judgeSchema(file, sight.schema, around)
  }
}

export function judgePostgres(sight: PostgresSight, around: Surroundings): Finding[] {
  const { place } = sight
  if (sight.is === 'away') {
    return [
      problem(
        `${place}: ${sight.reason}. Start the server, make the database, or correct HEADGATE_DATABASE_URL.`,
        `${place}：${sight.reason}。请启动数据库服务器、创建数据库，或修正 HEADGATE_DATABASE_URL。`,
      ),
    ]
  }
  return [judgeServer(sight, around), ...judgeServerClock(sight)]
}

function judgeServer(sight: PostgresSight & { is: 'there' }, around: Surroundings): Finding {
  const { place, schema } = sight
  const version = Math.floor(sight.version / 10_000)
  if (version < POSTGRES_MIN) {
    return problem(
      `${place} is version ${version}. Use PostgreSQL ${POSTGRES_MIN} or newer.`,
      `${place} 的版本为 ${version}。请使用PostgreSQL ${POSTGRES_MIN} 或更高版本。`,
    )
  }
  if (schema.pending.length > 0 && !sight.mayCreateTables) {
    return problem(
      `${place}: this user may not make tables. As the owner of the database: grant create on schema public to <user>`,
      `${place}：该用户无权创建表。请由数据库所有者执行：grant create on schema public to <用户>`,
    )
  }
  if (sight.holder !== null) return judgeHolder(place, { en: sight.holder, zh: sight.holder }, around)
  return judgeSchema(place, schema, around)
}

function judgeServerClock({ clockAheadMs, place }: PostgresSight & { is: 'there' }): Finding[] {
  if (Math.abs(clockAheadMs) <= CLOCKS_APART_MS_MAX) return []
  const seconds = Math.round(Math.abs(clockAheadMs) / 1000)
  const which = clockAheadMs > 0 ? { en: 'ahead of', zh: '快' } : { en: 'behind', zh: '慢' }
  return [
    warning(
      `The clock of ${place} is ${seconds} s ${which.en} ours; signed requests are refused when ours is wrong by more than 15 minutes. Set both: sudo timedatectl set-ntp true`,
      `${place} 的时钟比本机${which.zh} ${seconds} 秒；本机时间偏差超过15分钟时，签名请求会被拒绝。请在两台主机上执行：sudo timedatectl set-ntp true`,
    ),
  ]
}

/** The service kept all else when it started. */
function judgeHolder(place: string, holder: { en: string; zh: string }, around: Surroundings): Finding {
  if (around.isServiceRunning) {
    return ok(`${place}, held by the running service (${holder.en})`, `${place}，由运行中的服务持有（${holder.zh}）`)
  }
  return problem(
    `${place} is held by ${holder.en}, and no Headgate answers at ${around.address}: a start would be refused. End that one, or set HEADGATE_HOST and HEADGATE_PORT as it has them.`,
    `${place} 由 ${holder.zh} 持有，而 ${around.address} 上没有Headgate响应，启动会被拒绝。请结束该进程，或按其设置 HEADGATE_HOST 和 HEADGATE_PORT。`,
  )
}

function judgeSchema(place: string, schema: SchemaSight, around: Surroundings): Finding {
  const { applied, pending, unknown, databaseId } = schema
  if (unknown.length > 0) {
    return problem(
      `${place} was brought to a later state (${unknown.join(', ')}) by a newer Headgate. Run that version.`,
      `${place} 已由更高版本的Headgate升级（${unknown.join(', ')}）。请运行该版本。`,
    )
  }
  if (around.owner !== null && around.owner !== databaseId) return foreign(around)
  // A service holds its database for as long as it runs.
  if (around.isServiceRunning) return otherService(place, around)
  if (pending.length > 0) {
    return ok(
      `${place}; the next start brings it up to date (${pending.join(', ')})`,
      `${place}；下次启动时升级（${pending.join(', ')}）`,
    )
  }
  return ok(`${place}, at ${applied.at(-1)}`, `${place}，版本 ${applied.at(-1)}`)
}

function otherService(place: string, { address }: Surroundings): Finding {
  return warning(
    `The Headgate at ${address} does not use ${place}: this shell has other settings than that service. Set HEADGATE_DATA and HEADGATE_DATABASE_URL as it has them, or another HEADGATE_PORT.`,
    `${address} 上的Headgate未使用 ${place}：当前终端的设置与该服务不同。请按其设置 HEADGATE_DATA 和 HEADGATE_DATABASE_URL，或更换 HEADGATE_PORT。`,
  )
}

/** As the service itself would refuse (config/folder-owner.ts). */
function foreign({ folder, owner }: Surroundings): Finding {
  return problem(
    `${folder} belongs to another database (id ${owner}) than this one, so a start is refused. Set HEADGATE_DATABASE_URL (or leave it out) as before, restore the database from a backup, or set HEADGATE_DATA to another folder.`,
    `${folder} 属于另一个数据库（id ${owner}），启动会被拒绝。请恢复原来的 HEADGATE_DATABASE_URL 设置（或不设置），从备份恢复数据库，或将 HEADGATE_DATA 设为其他目录。`,
  )
}
