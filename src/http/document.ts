import { type TSchema, Type } from 'typebox'
import type { Endpoint } from './endpoint.ts'

/** What the OpenAPI document says of an endpoint. */
export function documentOf(endpoint: Endpoint): object {
  const { place, answer, query, body, who } = endpoint
  return {
    operationId: place.id,
    summary: place.title,
    tags: [endpoint.tag],
    ...(endpoint.description ? { description: endpoint.description } : {}),
    ...pathParameters(endpoint),
    ...(query ? { querystring: query } : {}),
    ...(body ? { body } : {}),
    security: who === 'anyone' ? [] : [{ token: [] }, { signature: [] }],
    response: responses(place.success, answer, endpoint.room === 'iam' ? 'IdentityError' : 'Error'),
  }
}

function responses(success: number, answer: TSchema | null, error: 'Error' | 'IdentityError'): object {
  const fine = answer ? { ...answer, description: 'Done.' } : { type: 'null', description: 'Done. There is no body.' }
  return { [success]: fine, ...errorAnswers(error) }
}

function pathParameters(endpoint: Endpoint): object {
  const names = [...endpoint.place.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  if (names.length === 0) return {}
  const words = { ...PARAMETERS, ...endpoint.params }
  return {
    params: Type.Object(
      Object.fromEntries(names.map((name) => [name, Type.String({ description: words[name] ?? '' })])),
    ),
  }
}

const PARAMETERS: Readonly<Record<string, string>> = {
  project_id: 'The project. It must be the one of the token.',
  job_id: 'Number of the job.',
  queue_name: 'Name of the queue, in any case.',
  resource_name: 'Name of the package.',
  resource_type: 'dli_flink_job, dli_queue or dli_package_resource.',
  resource_id: 'Id of the resource.',
  template_id: 'Number of the template.',
  pool_name: 'Name of the pool.',
  plan_id: 'Number of the plan.',
  task_id: 'Number of the task.',
  topic_urn: 'URN of the topic.',
  var_name: 'Name of the variable.',
  bucket: 'Name of the bucket.',
  attempt_id: 'Id of the attempt: one launch of the job.',
}

export const SHARED_SCHEMAS = [
  {
    $id: 'Error',
    ...Type.Object({
      error_code: Type.String({ description: 'Code of the error, such as DLI.0001.' }),
      error_msg: Type.String({
        description: 'What is wrong, with what, and what to do; in the language of X-Language.',
      }),
    }),
  },
  {
    $id: 'IdentityError',
    ...Type.Object({
      error: Type.Object({ code: Type.Integer(), message: Type.String(), title: Type.String() }),
    }),
  },
]

/** The answers of a route that refuses, by the schema they have. */
export function errorAnswers(schema: 'Error' | 'IdentityError'): object {
  return {
    '4xx': { description: 'Refused. The text says what is wrong and what to do.', $ref: `${schema}#` },
    '5xx': { description: 'A fault of the service, or it cannot do this now.', $ref: `${schema}#` },
  }
}
