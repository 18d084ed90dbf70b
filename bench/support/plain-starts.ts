/** What a client of Flink's REST API sees of a job on plain Flink (plain-flink.ts). */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FlinkInstallation, flinkHome } from '../../src/flink/installation.ts'
import { findJava } from '../../src/runtimes/java-home.ts'
import { GIB } from '../../src/runtimes/local-process/memory.ts'
import { FLINK_FOLDER } from '../../test/support/clusters.ts'
import { builtJarPath } from '../../test/support/real-service.ts'
import type { Gathered } from './headgate-starts.ts'
import { type PlainCluster, startPlainFlink } from './plain-flink.ts'
import { recordRate } from './record-rate.ts'
import { busyJob, type JobKind, KINDS } from './start-figures.ts'

/** What Headgate's jobs of the bench have. */
const SAME_BYTES = 2 * GIB

type Parts = Readonly<{ flink: FlinkInstallation; javaHome: string; jar: string }>

export class PlainStarts {
  readonly way = 'plain'
  readonly #parts: Parts
  readonly #samples: Gathered['samples']

  private constructor(parts: Parts, samples: Gathered['samples']) {
    this.#parts = parts
    this.#samples = samples
  }

  /** Its first start is over, and is not measured. */
  static async open(flinkLine: string, { samples }: Gathered): Promise<PlainStarts> {
    const flink = await flinkHome(FLINK_FOLDER).find(flinkLine)
    if (flink === null) throw new Error(`Flink ${flinkLine} is not installed`)
    const { home: javaHome } = await findJava(process.env.JAVA_HOME ?? null)
    const plain = new PlainStarts({ flink, javaHome, jar: await builtJarPath('test-jobs') }, samples)
    await plain.#with(KINDS.oneSlot, (cluster) => cluster.runningMs())
    return plain
  }

  async measureStarts(): Promise<void> {
    const seconds = async (tookMs: Promise<number>) => (await tookMs) / 1000
    const running = (kind: JobKind) => seconds(this.#with(kind, (cluster) => cluster.runningMs()))
    this.#samples.add('oneSlot', this.way, await running(KINDS.oneSlot))
    this.#samples.add('fourSlots', this.way, await running(KINDS.fourSlots))
    const finished = seconds(this.#with(KINDS.bounded, (cluster) => cluster.finishedMs()))
    this.#samples.add('bounded', this.way, await finished)
  }

  /** Thousands of records a second, with the memory that Headgate gives. */
  async throughput(): Promise<number> {
    const folder = await mkdtemp(join(tmpdir(), 'headgate-told-'))
    const file = join(folder, 'told')
    try {
      return await this.#with(busyJob(file), () => recordRate(file), SAME_BYTES)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #with<T>(kind: JobKind, measure: (cluster: PlainCluster) => Promise<T>, processBytes?: number): Promise<T> {
    const { mainClass, slots, args = '' } = kind
    const words = args.split(' ').filter((word) => word !== '')
    const sizes = { slots, ...(processBytes !== undefined && { processBytes }) }
    const cluster = await startPlainFlink({ ...this.#parts, mainClass, args: words, ...sizes })
    try {
      return await measure(cluster)
    } finally {
      await cluster.end()
    }
  }
}
