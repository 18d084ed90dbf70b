import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { booleanOrText, integerOrText, optional, toBoolean, toInteger } from './fields.ts'
import { dliOperation } from './operations.ts'
import { DONE, DoneAnswer } from './success.ts'

const Restarted = Type.Object({
  ...DoneAnswer.properties,
  job_id: optional(Type.String({ description: 'UUID of the forced restart; only there when it was forced.' })),
})

const Scaled = Type.Object({
  queue_name: Type.String(),
  result: Type.Literal(true),
})

export const runQueueAction = projectEndpoint({
  place: dliOperation('runQueueAction'),
  room: 'general',
  tag: 'Queues',
  description:
    'Only SQL queues can be restarted, and jobs go on. A queue of 16 CUs cannot be scaled, nor one in a pool, nor one that has not run a job; scaling in ends at 64 CUs and at what jobs take.',
  body: Type.Object({
    action: Type.Enum(['restart', 'scale_out', 'scale_in'], { description: 'What to do.' }),
    force: optional(booleanOrText('Restart also while jobs run on the queue. Default false.')),
    cu_count: optional(integerOrText('CUs to add or to take away: a multiple of 16.')),
  }),
  answer: Type.Union([Restarted, Scaled]),
  async handle({ queues }, { caller, params, body }) {
    const name = params.queue_name ?? ''
    if (body.action === 'restart') {
      const force = toBoolean(body.force)
      await queues.restart(caller.projectId, name, force)
      return force ? { ...DONE, job_id: randomUUID() } : DONE
    }
    if (body.cu_count === undefined) throw REQUEST_ERRORS.fieldMissing('cu_count')
    const direction = body.action === 'scale_out' ? 'out' : 'in'
    await queues.scale(caller.projectId, name, { direction, cus: toInteger(body.cu_count) })
    return { queue_name: name.toLowerCase(), result: true } as const
  },
})
