import { type Static, Type } from 'typebox'
import type { TokenRequest } from '../../access/index.ts'
import { dliOperation } from '../dli/operations.ts'
import { openEndpoint } from '../endpoint.ts'
import { TokenAnswer, toTokenAnswer } from './token-wire.ts'

const optionalText = Type.Optional(Type.String())
const Named = Type.Object({ id: optionalText, name: optionalText })
const NamedInDomain = Type.Object({ id: optionalText, name: optionalText, domain: Type.Optional(Named) })

const Body = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String(), { minItems: 1, description: 'password or token.' }),
      password: Type.Optional(
        Type.Object({ user: Type.Object({ ...NamedInDomain.properties, password: Type.String() }) }),
      ),
      token: Type.Optional(Type.Object({ id: Type.String() })),
    }),
    scope: Type.Optional(Type.Object({ project: Type.Optional(NamedInDomain), domain: Type.Optional(Named) })),
  }),
})

export const createToken = openEndpoint({
  place: dliOperation('createToken'),
  room: 'iam',
  tag: 'Identity',
  description: 'The token is in the header X-Subject-Token and is valid for 24 hours.',
  query: Type.Object({ nocatalog: Type.Optional(Type.String({ description: 'Leaves the catalog out.' })) }),
  body: Body,
  answer: TokenAnswer,
  async handle({ access }, { body, query, baseUrl, address, setHeader }) {
    const issued = await access.issueToken(toTokenRequest(body), address)
    setHeader('x-subject-token', issued.token)
    return toTokenAnswer(issued, baseUrl, !query.has('nocatalog'))
  },
})

function toTokenRequest({ auth }: Static<typeof Body>): TokenRequest {
  const { methods, password, token } = auth.identity
  return {
    methods,
    password: password && { user: password.user, password: password.user.password },
    token,
    scope: auth.scope,
  }
}
