import type { Static, TObject, TSchema } from 'typebox'
import type { Caller, ProjectCaller } from '../access/index.ts'
import type { Language } from '../lib/errors.ts'
import { bodyCheck } from './body-check.ts'
import type { Permit } from './guard.ts'
import type { HttpParts } from './parts.ts'
import type { Query } from './query.ts'

/** Where an endpoint is and what it answers on success. */
export type Place = Readonly<{
  id: string
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  path: string
  success: number
  title: string
}>

/** Whose rules for errors and documents an endpoint follows. */
export type Room = 'flinkJobs' | 'general' | 'iam' | 'native'

/** A request that passed everything but the service: who, where, what, in which language. */
export type Call<Body = unknown, Who = ProjectCaller> = Readonly<{
  caller: Who
  params: Readonly<Record<string, string>>
  query: Query
  body: Body
  headers: Readonly<Record<string, string | string[] | undefined>>
  language: Language
  requestId: string
  /** Where the request comes from: the last proxy, if there is one. */
  address: string
  /** Inside a project: for things that only the handler knows. The others were asked for before it. */
  permit: Permit
  /** `http://host:port` as the client spelled it. */
  baseUrl: string
  setHeader(name: string, value: string): void
  /** A status other than that of the place. */
  setStatus(status: number): void
}>

type Shared<Body extends TSchema, Answer extends TSchema> = Readonly<{
  place: Place
  room: Room
  tag: string
  description?: string
  /** Documentation of path parameters and query; both are read by hand, for exact answers. */
  params?: Readonly<Record<string, string>>
  query?: TObject
  body?: Body
  /** Null: the answer has no body. */
  answer: Answer | null
}>

/** An endpoint with its types forgotten, as the server registers it. */
export type Endpoint = Shared<TSchema, TSchema> &
  Readonly<{
    who: 'anyone' | 'caller' | 'member'
    check: ((body: unknown) => unknown) | null
    handle(parts: HttpParts, call: Call<never, never>): Promise<unknown>
  }>

/** An endpoint inside a project: the caller is a member of the project in the path. */
export function projectEndpoint<Body extends TSchema, Answer extends TSchema>(
  spec: Shared<Body, Answer> & { handle(parts: HttpParts, call: Call<Static<Body>>): Promise<Static<Answer>> },
): Endpoint {
  return { ...spec, who: 'member', check: spec.body ? bodyCheck(spec.body) : null }
}

/** An endpoint for anybody who is known. */
export function callerEndpoint<Body extends TSchema, Answer extends TSchema>(
  spec: Shared<Body, Answer> & { handle(parts: HttpParts, call: Call<Static<Body>, Caller>): Promise<Static<Answer>> },
): Endpoint {
  return { ...spec, who: 'caller', check: spec.body ? bodyCheck(spec.body) : null }
}

/** An endpoint without authentication. */
export function openEndpoint<Body extends TSchema, Answer extends TSchema>(
  spec: Shared<Body, Answer> & { handle(parts: HttpParts, call: Call<Static<Body>, null>): Promise<Static<Answer>> },
): Endpoint {
  return { ...spec, who: 'anyone', check: spec.body ? bodyCheck(spec.body) : null }
}
