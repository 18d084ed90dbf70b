import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

const Quota = Type.Object({
  type: Type.String({ description: 'What is limited.' }),
  min: Type.Integer({ description: 'Least that the quota can be: 0.' }),
  max: Type.Integer({ description: 'Most that it can be: what it is.' }),
  quota: Type.Integer({ description: 'How much the project may have.' }),
  used: Type.Integer({ description: 'How much it has now.' }),
})

/** The quotas of the settings, each enforced where the thing is made. What is not there at all has a quota of 0. */
export const showQuota = projectEndpoint({
  place: dliOperation('showQuota'),
  room: 'general',
  tag: 'Quotas',
  answer: Type.Object({ is_success: SuccessBoolean, quotas: Type.Object({ resources: Type.Array(Quota) }) }),
  async handle({ queues, artifacts, templates }, { caller }) {
    const ofQueues = await queues.usage(caller.projectId)
    const ofPackages = await artifacts.usage(caller.projectId)
    const ofTemplates = await templates.usage(caller.projectId)
    const { cusPerProject, queuesPerProject } = ofQueues.limits
    const resources = [
      toQuota('CU', cusPerProject, ofQueues.cus),
      toQuota('QUEUE', queuesPerProject, ofQueues.count),
      toQuota('DATABASE', 0, 0),
      toQuota('TABLE', 0, 0),
      toQuota('TEMPLATE', ofTemplates.max, ofTemplates.count),
      toQuota('SL_PKG_RESOURCE', ofPackages.max, ofPackages.count),
      toQuota('SL_SESSION', 0, 0),
      toQuota('JOB_CU', cusPerProject, ofQueues.busyCus),
      toQuota('ELASTIC_RESOURCE_POOL', 0, 0),
    ]
    return { is_success: SUCCESS, quotas: { resources } }
  },
})

const toQuota = (type: string, quota: number, used: number) => ({ type, min: 0, max: quota, quota, used })
