/**
 * A real PostgreSQL server for tests: in a temporary folder, behind a Unix socket, without fsync. It runs as the user
 * `postgres` where the tests run as root, because it refuses to. A small shell stands between: it ends the server and
 * removes the folder when our end of its input closes, so that nothing stays behind even when the tests are killed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findPostgres } from '../../tools/machine.mjs'

export type PostgresServer = Readonly<{ urlOf(database: string): string; stop(): Promise<void> }>

export const HOW_TO_INSTALL = 'PostgreSQL is not installed (apt-get install postgresql)'

const READY = 'database system is ready to accept connections'

const SCRIPT = `
folder=$1; programs=$2
exec 3<&0
( read -r _ <&3; : >"$folder/stop"; [ -s "$folder/pid" ] && kill -QUIT "$(cat "$folder/pid")" ) &
"$programs/initdb" -D "$folder/data" -U headgate --auth=trust --no-sync --encoding=UTF8 --locale=C --no-instructions \\
  >"$folder/initdb.txt" 2>&1 3<&- || { cat "$folder/initdb.txt" >&2; rm -rf "$folder"; exit 1; }
"$programs/postgres" -D "$folder/data" -c unix_socket_directories="$folder" -c listen_addresses= \\
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c max_connections=200 \\
  -c shared_buffers=32MB -c jit=off <&- 3<&- &
server=$!
echo "$server" >"$folder/pid"
[ -e "$folder/stop" ] && kill -QUIT "$server"
wait "$server"
rm -rf "$folder"
`

/** Null where PostgreSQL is not installed. */
export async function startPostgres(): Promise<PostgresServer | null> {
  const programs = findPostgres()
  if (programs === null) return null
  const folder = await mkdtemp(join(tmpdir(), 'headgate-pg-'))
  const user = process.getuid?.() === 0 ? await postgresUser() : null
  if (user) await chown(folder, user.uid, user.gid)
  const shell = spawn('sh', ['-c', SCRIPT, 'sh', folder, programs], {
    ...user,
    cwd: folder,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  await untilReady(shell)
  return {
    urlOf: (database) => `postgres://headgate@localhost/${database}?host=${encodeURIComponent(folder)}`,
    stop: async () => {
      const ended = once(shell, 'exit')
      shell.stdin?.end()
      await ended
    },
  }
}

async function untilReady(shell: ChildProcess): Promise<void> {
  const said: string[] = []
  const lines = createInterface({ input: shell.stderr ?? process.stdin })
  const ended = once(shell, 'exit').then(() => {
    shell.stdin?.end()
    throw new Error(`PostgreSQL did not start:\n${said.join('\n')}`)
  })
  const ready = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      said.push(line)
      if (line.includes(READY)) resolve()
    })
  })
  await Promise.race([ready, ended])
  ended.catch(() => undefined)
}

/** The user that the package of PostgreSQL makes; `nobody` where there is none. */
async function postgresUser(): Promise<{ uid: number; gid: number } | null> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const found = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  return found ? { uid: Number(found[2]), gid: Number(found[3]) } : null
}
