import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { madeOn } from '../version.ts'
import { type Check, type Finding, ok, warning } from './check.ts'

/** Clocks of file servers differ by seconds. */
const SLACK_MS = 60_000
const MEND = 'sudo timedatectl set-ntp true'

export const clock: Check = {
  name: 'clock',
  run: async ({ config, clock: { now } }) => [
    judgeClock({ now: now(), madeOn: new Date(madeOn), newest: await newestIn(config.folders.data) }),
  ],
}

export type ClockFacts = Readonly<{
  now: Date
  /** When this version was made. */
  madeOn: Date
  /** The entry of the data folder that was changed last. */
  newest: Readonly<{ path: string; at: Date }> | null
}>

export function judgeClock({ now, madeOn, newest }: ClockFacts): Finding {
  const time = now.toISOString()
  if (now < madeOn) {
    return warning(
      `The clock says ${time}, before this version was made: signed requests are refused when it is wrong by more than 15 minutes. Set it: ${MEND}`,
      `系统时间为 ${time}，早于本版本的制作时间；时间偏差超过15分钟时，签名请求会被拒绝。校时命令：${MEND}`,
    )
  }
  if (newest && newest.at.getTime() > now.getTime() + SLACK_MS) {
    return warning(
      `The clock says ${time}, and ${newest.path} was changed at ${newest.at.toISOString()}, in the future: the clock is wrong, or was then. Set it: ${MEND}`,
      `系统时间为 ${time}，而 ${newest.path} 的修改时间 ${newest.at.toISOString()} 在其之后：系统时间有误，或当时有误。校时命令：${MEND}`,
    )
  }
  return ok(time, time)
}

async function newestIn(folder: string): Promise<ClockFacts['newest']> {
  const names = await readdir(folder).catch(() => [])
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      const at = await stat(path).then(
        ({ mtime }) => mtime,
        () => null, // gone meanwhile
      )
      return at && { path, at }
    }),
  )
  const seen = entries.filter((entry) => entry !== null)
  return seen.sort((a, b) => b.at.getTime() - a.at.getTime())[0] ?? null
}
