import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

/** The documents name REACHABLE only. */
const CONNECTIVITY = { reachable: 'REACHABLE', unreachable: 'UNREACHABLE' } as const

export const showConnectivityTask = projectEndpoint({
  place: dliOperation('showConnectivityTask'),
  room: 'general',
  tag: 'Queues',
  description: 'Waits for the end of a test that is under way. Results are kept for a day.',
  answer: Type.Object({
    is_success: SuccessBoolean,
    message: Type.String(),
    connectivity: Type.Enum(['REACHABLE', 'UNREACHABLE']),
  }),
  async handle({ connectivity }, { caller, params }) {
    const found = await connectivity.result(caller.projectId, params.queue_name ?? '', toTaskId(params.task_id))
    return { is_success: SUCCESS, message: '', connectivity: CONNECTIVITY[found] }
  },
})

/** What is no number is the number of no task. */
function toTaskId(text = ''): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0
}
