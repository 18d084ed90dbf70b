import { type JvmStart, TIMELINE_STEPS, type TimelineEntry, type TimelineStep } from '../runtime.ts'
import { readJsonOrNull, writeJsonLightly } from './disk.ts'

type Moments = Partial<Record<TimelineStep, string>> & { jvms?: JvmStart }

/** When each step of a start was first seen; kept in the run folder, so that a restart of the service keeps it. */
export class Timeline {
  readonly #path: string
  readonly #moments: Moments

  private constructor(path: string, moments: Moments) {
    this.#path = path
    this.#moments = moments
  }

  static async read(path: string): Promise<Timeline> {
    return new Timeline(path, (await readJsonOrNull<Moments>(path)) ?? {})
  }

  has(step: TimelineStep): boolean {
    return this.#moments[step] !== undefined
  }

  /** Records steps not seen before; the first look wins. What is recorded is on disk when this returns. */
  async stamp(steps: readonly TimelineStep[], at: Date, jvms: JvmStart | null = null): Promise<void> {
    const fresh = steps.filter((step) => !this.has(step))
    if (fresh.length === 0) return
    const moments = Object.fromEntries(fresh.map((step) => [step, at.toISOString()]))
    const added = { ...moments, ...(jvms !== null && { jvms }) }
    await writeJsonLightly(this.#path, { ...this.#moments, ...added })
    Object.assign(this.#moments, added)
  }

  /** In order. Looks and Flink's own moments are mixed here, so a step may seem earlier than the one before; it is not. */
  entries(): TimelineEntry[] {
    const { jvms } = this.#moments
    let latest = 0
    return TIMELINE_STEPS.flatMap((step) => {
      const at = this.#moments[step]
      if (at === undefined) return []
      latest = Math.max(latest, Date.parse(at))
      return [{ step, at: new Date(latest), ...(step === 'jvmsSpawned' && jvms !== undefined && { jvms }) }]
    })
  }
}
