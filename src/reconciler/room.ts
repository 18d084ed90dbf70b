import type { Room } from './view.ts'

/** What keeps a job from being started now. */
export type Lacks = Readonly<{ line: boolean; cus: boolean; memory: boolean; turn: boolean }>

export function lacks(room: Room): Lacks {
  const { queue, memory } = room
  return {
    line: room.aheadInLine > 0,
    cus: queue === null || room.needsCus > queue.cuCount - queue.busyCus,
    memory: memory !== null && room.needsMemoryBytes > memory.budgetBytes - memory.busyBytes,
    turn: room.starting >= room.startingMax,
  }
}

export function hasRoom(room: Room): boolean {
  return !Object.values(lacks(room)).some((lack) => lack)
}
