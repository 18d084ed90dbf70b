import { readFile } from 'node:fs/promises'

/** What processes take, from /proc (proc(5)). */
export type Costs = Readonly<{ rssMib: number; pssMib: number; cpuSeconds: number }>

/** USER_HZ, in which /proc counts; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

export async function costsOf(pids: readonly number[]): Promise<Costs> {
  const each = await Promise.all(pids.map(costsOfOne))
  const sum = (of: (costs: Costs) => number) => each.reduce((total, costs) => total + of(costs), 0)
  return {
    rssMib: sum(({ rssMib }) => rssMib),
    pssMib: sum(({ pssMib }) => pssMib),
    cpuSeconds: sum((costs) => costs.cpuSeconds),
  }
}

async function costsOfOne(pid: number): Promise<Costs> {
  const memory = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  const mib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'mu').exec(memory)?.[1] ?? 0) / 1024
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  return { rssMib: mib('Rss'), pssMib: mib('Pss'), cpuSeconds: cpuSecondsOf(stat) }
}

/** User and system time of a process, from its `stat`. */
export function cpuSecondsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
