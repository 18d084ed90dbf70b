import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { text } from './fields.ts'
import { dliOperation } from './operations.ts'
import { DONE, DoneAnswer } from './success.ts'

const CIDR =
  'Part of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, with a mask of at most /24; from 256 CUs on /22, from 512 on /21.'

export const updateQueueCidr = projectEndpoint({
  place: dliOperation('updateQueueCidr'),
  room: 'general',
  tag: 'Queues',
  description: 'Refused while a job runs on the queue. Stored and answered; jobs use the network of the machine.',
  body: Type.Object({ cidr_in_vpc: text(CIDR, 18) }),
  answer: DoneAnswer,
  async handle({ queues }, { caller, params, body }) {
    await queues.changeCidr(caller.projectId, params.queue_name ?? '', body.cidr_in_vpc)
    return DONE
  },
})
