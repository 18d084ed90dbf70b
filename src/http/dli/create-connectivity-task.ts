import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { text } from './fields.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

export const createConnectivityTask = projectEndpoint({
  place: dliOperation('createConnectivityTask'),
  room: 'general',
  tag: 'Queues',
  description:
    'Tries to open a TCP connection from the machine that jobs run on, for at most 3 seconds. At most 3 tests run at once.',
  body: Type.Object({ address: text('host:port, such as 192.168.0.12:6379.', 300) }),
  answer: Type.Object({ is_success: SuccessBoolean, message: Type.String(), task_id: Type.Integer() }),
  async handle({ connectivity }, { caller, params, body }) {
    const id = await connectivity.start(caller.projectId, params.queue_name ?? '', body.address)
    return { is_success: SUCCESS, message: '', task_id: id }
  },
})
