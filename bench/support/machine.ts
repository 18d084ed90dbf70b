import { readFile } from 'node:fs/promises'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { flinkHome } from '../../src/flink/installation.ts'
import { findJava } from '../../src/runtimes/java-home.ts'
import { version } from '../../src/version.ts'
import { FLINK_FOLDER } from '../../test/support/clusters.ts'

/** Where figures were measured, with the load of the last minute. */
export type Machine = Readonly<{
  hardware: string
  system: string
  load: string
  headgate: string
  node: string
  java: string
  flink: string
}>

export async function machine(flinkLine: string): Promise<Machine> {
  const [cpu] = cpus()
  const { home } = await findJava(process.env.JAVA_HOME ?? null)
  const flink = await flinkHome(FLINK_FOLDER).find(flinkLine)
  return {
    hardware: `${cpus().length} cores (${cpu?.model.trim()}), ${Math.round(totalmem() / 1024 ** 3)} GiB`,
    system: `${await valueIn('/etc/os-release', 'PRETTY_NAME')}, Linux ${release()}`,
    load: (loadavg()[0] ?? 0).toFixed(1),
    ...{ headgate: version, node: process.version, flink: flink?.version ?? flinkLine },
    java: await valueIn(join(home, 'release'), 'JAVA_VERSION'),
  }
}

/** Of a file of lines `NAME="value"`. */
async function valueIn(file: string, name: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return new RegExp(`^${name}="?([^"\n]*)"?$`, 'mu').exec(text)?.[1] ?? 'unknown'
}
