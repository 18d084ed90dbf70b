import { ACCESS_ERRORS, type Caller, type ProjectCaller } from '../access/index.ts'
import type { Needed, ThingName } from '../grants/index.ts'
import { assert } from '../lib/errors.ts'
import type { HttpParts } from './parts.ts'
import { type Asked, type Need, needOf } from './rights.ts'

/** Asks for the operation's right on one thing. @throws Refusal `grant.denied` */
export type Permit = (thing: ThingName) => Promise<void>

/** Lets calls of one operation pass when the caller may do what it does to the things that the request names. */
export type Guard = (caller: Caller, asked: Asked) => Promise<Permit>

/** @throws Bug when the table has no line for the operation: the service does not start then. */
export function guardOf({ grants }: Pick<HttpParts, 'grants'>, operation: string): Guard {
  const need = needOf(operation)
  assert(need, `the table of rights has no line for ${operation}`)
  return async (caller, asked) => {
    if ('who' in need) {
      if (need.who === 'serviceAdmin' && !caller.isAdmin) throw ACCESS_ERRORS.adminsOnly()
      if (need.who === 'admin') grants.requireAdmin(insideProject(caller))
      return async () => undefined
    }
    const right = rightOf(need, asked)
    const permit: Permit = (thing) => grants.require(insideProject(caller), right, thing)
    if (need.on !== 'each') for (const thing of need.on(asked)) await permit(thing)
    return permit
  }
}

function insideProject(caller: Caller): ProjectCaller {
  const { projectId } = caller
  assert(projectId !== null, 'an operation that is about things is inside a project')
  return { ...caller, projectId }
}

function rightOf({ right }: Extract<Need, { right: unknown }>, asked: Asked): Needed {
  return typeof right === 'function' ? right(asked) : right
}
