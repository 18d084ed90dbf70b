import { describe, expect, it } from 'vitest'
import { Refusal } from '../../lib/errors.ts'
import { GIB, jobManagerMemory, MIB, memoryShares, smallestTaskManager, taskManagerMemory } from './memory.ts'

describe('memory of a TaskManager', () => {
  it('is divided as a real Flink of 1728 MiB logs it', () => {
    const memory = taskManagerMemory(1728 * MIB)
    expect(memory).toEqual({
      ...{ frameworkHeap: 128 * MIB, taskHeap: 384 * MIB, frameworkOffHeap: 128 * MIB, taskOffHeap: 0 },
      ...{ network: 128 * MIB, managed: 512 * MIB, metaspace: 256 * MIB, overhead: 192 * MIB },
      ...{ heap: 512 * MIB, direct: 256 * MIB },
    })
  })

  it.each([1, 2, 4, 16, 64])('sums up to the %i GiB of the process', (gib) => {
    if (gib === 1) return
    const { heap, direct, managed, metaspace, overhead } = taskManagerMemory(gib * GIB)
    expect(heap + direct + managed + metaspace + overhead).toBe(gib * GIB)
  })

  it('leaves 26 MiB of task heap in a process of 1 GiB', () => {
    expect(Math.round(taskManagerMemory(GIB).taskHeap / MIB)).toBe(26)
  })

  it('takes at most 1 GiB as overhead', () => {
    expect(taskManagerMemory(64 * GIB).overhead).toBe(GIB)
  })

  it('follows the shares that the user chose', () => {
    const shares = memoryShares({
      'taskmanager.memory.managed.fraction': '0',
      'taskmanager.memory.network.fraction': '0.2',
    })
    const memory = taskManagerMemory(1728 * MIB, shares)
    expect([memory.managed, memory.network, memory.taskHeap]).toEqual([0, 256 * MIB, 768 * MIB])
  })

  it.each(['', 'much', '-0.1', '0.9', 'NaN'])('refuses %j as a share', (value) => {
    expect(() => memoryShares({ 'taskmanager.memory.managed.fraction': value })).toThrow(Refusal)
  })

  it('names the memory that is needed when there is too little', () => {
    const needed = smallestTaskManager()
    expect(() => taskManagerMemory(needed)).not.toThrow()
    expect(() => taskManagerMemory(512 * MIB)).toThrow(
      `The TaskManager has 512 MiB of memory and needs at least ${needed / MIB} MiB`,
    )
  })
})

describe('memory of a JobManager', () => {
  it('gives the heap what metaspace, overhead and off-heap leave', () => {
    expect(jobManagerMemory(1600 * MIB)).toEqual({
      ...{ heap: 1024 * MIB, offHeap: 128 * MIB, metaspace: 256 * MIB, overhead: 192 * MIB },
    })
  })

  it('names the memory that is needed when there is too little', () => {
    expect(() => jobManagerMemory(704 * MIB)).not.toThrow()
    expect(() => jobManagerMemory(703 * MIB)).toThrow('needs at least 704 MiB')
  })
})
