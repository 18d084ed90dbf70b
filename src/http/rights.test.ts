import { describe, expect, it } from 'vitest'
import { DLI_OPERATIONS } from './dli/operations.ts'
import { OBJECT_DOCUMENTS } from './native/object-documents.ts'
import { DLI_RIGHTS, needOf, OTHER_RIGHTS } from './rights.ts'
import { ENDPOINTS } from './server.ts'

describe('the table of rights', () => {
  it('has a line for every operation and none beside', () => {
    expect(Object.keys(DLI_RIGHTS).sort()).toEqual(DLI_OPERATIONS.map(({ id }) => id as string).sort())
    const served = [...ENDPOINTS.map(({ place }) => place.id), ...Object.keys(OBJECT_DOCUMENTS)]
    const table = [...Object.keys(DLI_RIGHTS), ...Object.keys(OTHER_RIGHTS)]
    expect(table.sort()).toEqual(served.sort())
  })

  it('agrees with the endpoints about who must be signed in', () => {
    for (const { place, who } of ENDPOINTS) {
      const need = needOf(place.id)
      const asked = need && 'who' in need ? need.who : 'member'
      const wanted = asked === 'admin' ? 'member' : asked === 'serviceAdmin' ? 'caller' : asked
      expect([place.id, wanted]).toEqual([place.id, who])
    }
  })
})
