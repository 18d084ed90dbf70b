import type { Texts } from '../lib/errors.ts'
import { CU_STEP } from './new-queue.ts'
import { QUEUE_ERRORS } from './queue-errors.ts'
import type { StoredQueue } from './queue-store.ts'

/** A wish to give a queue more CUs, or fewer; `cus` is the difference. */
export type Scaling = Readonly<{ direction: 'out' | 'in'; cus: number }>

/** What must be known of a queue to say whether it may be scaled. */
export type ScalingFacts = Readonly<{ takenCus: number; hasRun: boolean; maxCus: number }>

const FIXED_CUS = 16
/** Scaling in ends here: a queue of 64 CUs cannot shrink. */
const SHRUNK_CUS_MIN = 64

type Sized = Pick<StoredQueue, 'name' | 'cuCount' | 'elasticResourcePoolName'>

/**
 * The CUs of a queue after the wish (DLI: restarting, scaling out, and scaling in queues).
 * @throws Refusal `queue.cannotScale`, `queue.badCuChange`, `queue.neverUsed`, `queue.tooManyCus`, `queue.inUse`
 */
export function scaledCus(queue: Sized, { direction, cus }: Scaling, facts: ScalingFacts): number {
  if (queue.elasticResourcePoolName !== null) throw QUEUE_ERRORS.cannotScale(queue.name, WHY.pool)
  if (queue.cuCount === FIXED_CUS) throw QUEUE_ERRORS.cannotScale(queue.name, WHY.fixed)
  if (cus < CU_STEP || cus % CU_STEP !== 0) throw QUEUE_ERRORS.badCuChange()
  if (!facts.hasRun) throw QUEUE_ERRORS.neverUsed(queue.name)
  return direction === 'out' ? scaledOut(queue, cus, facts) : scaledIn(queue, cus, facts)
}

function scaledOut(queue: Sized, cus: number, { maxCus }: ScalingFacts): number {
  const cuCount = queue.cuCount + cus
  if (cuCount > maxCus) throw QUEUE_ERRORS.tooManyCus(cuCount, maxCus)
  return cuCount
}

function scaledIn(queue: Sized, cus: number, { takenCus }: ScalingFacts): number {
  const cuCount = queue.cuCount - cus
  if (cuCount < SHRUNK_CUS_MIN) throw QUEUE_ERRORS.cannotScale(queue.name, WHY.floor)
  if (cuCount < takenCus) throw QUEUE_ERRORS.inUse(queue.name, takenCus, cuCount)
  return cuCount
}

/** Between which numbers of CUs the queue can be scaled. */
export function scalingLimits({ cuCount }: Pick<StoredQueue, 'cuCount'>, maxCus: number): { min: number; max: number } {
  if (cuCount === FIXED_CUS) return { min: cuCount, max: cuCount }
  return { min: Math.min(cuCount, SHRUNK_CUS_MIN), max: maxCus }
}

const WHY = {
  pool: {
    en: 'it belongs to an elastic resource pool, which decides about its CUs.',
    zh: '该队列属于弹性资源池，其 CU 由资源池决定。',
  },
  fixed: {
    en: 'queues of 16 CUs keep them. Make a larger queue.',
    zh: '16 CU 的队列不支持扩缩容。请创建更大的队列。',
  },
  floor: {
    en: 'scaling in ends at 64 CUs. Take fewer away.',
    zh: '缩容后不能少于 64 CU。请减少缩容的 CU 数。',
  },
} as const satisfies Record<string, Texts>
