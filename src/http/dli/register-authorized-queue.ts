import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { queueName, text } from './fields.ts'
import { dliOperation } from './operations.ts'
import { toRights } from './privileges.ts'
import { Action, PrivilegeNames } from './run-authorization-action.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

export const registerAuthorizedQueue = projectEndpoint({
  place: dliOperation('registerAuthorizedQueue'),
  room: 'general',
  tag: 'Privileges',
  description:
    'For the owner of the queue, administrators, and who was given GRANT_PRIVILEGE or REVOKE_PRIVILEGE. Privileges: SUBMIT_JOB, CANCEL_JOB, DROP_QUEUE, RESTART, SCALE_QUEUE, GRANT_PRIVILEGE, REVOKE_PRIVILEGE, SHOW_PRIVILEGES.',
  body: Type.Object({
    queue_name: queueName('Name of the queue, in any case.'),
    user_name: text('A member of the project.'),
    action: Action,
    privileges: PrivilegeNames,
  }),
  answer: Type.Object({ is_success: SuccessBoolean, message: Type.String() }),
  async handle({ grants }, { caller, body }) {
    const thing = { kind: 'queue', name: body.queue_name } as const
    const rights = toRights('privileges', thing, body.privileges)
    await grants.change(caller, { action: body.action, userName: body.user_name, rights: [{ thing, rights }] })
    return { is_success: SUCCESS, message: '' }
  },
})
