import { Type } from 'typebox'

/** Everything comes on one page. */
export const Links = Type.Object({ self: Type.String(), previous: Type.Null(), next: Type.Null() })

export function toLinks(self: string) {
  return { self, previous: null, next: null }
}
