import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Timeline } from './timeline.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-timeline-'))
})

afterEach(() => rm(folder, { recursive: true }))

describe('the timeline', () => {
  it('keeps the first look at each step, over a restart', async () => {
    const path = join(folder, 'timeline.json')
    const timeline = await Timeline.read(path)
    await timeline.stamp(['filesReady'], new Date(1000))
    await timeline.stamp(['filesReady', 'jvmsSpawned'], new Date(2000))
    const expected = [
      { step: 'filesReady', at: new Date(1000) },
      { step: 'jvmsSpawned', at: new Date(2000) },
    ]
    expect(timeline.entries()).toEqual(expected)
    expect((await Timeline.read(path)).entries()).toEqual(expected)
  })

  it('never goes back in time', async () => {
    const timeline = await Timeline.read(join(folder, 'timeline.json'))
    await timeline.stamp(['running'], new Date(5000))
    await timeline.stamp(['firstCheckpoint'], new Date(4990))
    expect(timeline.entries().map(({ at }) => at.getTime())).toEqual([5000, 5000])
  })
})
