import { Type } from 'typebox'
import { errorAnswers } from '../document.ts'

export const OBJECT_PATH = '/api/v1/:project_id/objects/:bucket/*'

const params = Type.Object({
  project_id: Type.String({ description: 'The project. It must be the one of the token.' }),
  bucket: Type.String({ description: 'Name of the bucket.' }),
  '*': Type.String({ description: 'Key of the object; slashes may be sent as they are.' }),
})

const bytes = {
  description: 'The content.',
  content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
}

const nothing = { type: 'null', description: 'Done. There is no body.' }

/** An answer to HEAD has no body; the status tells it all. */
const refusedInSilence = { type: 'null', description: 'Refused. There is no body.' }

const refused = errorAnswers('Error')

const shared = { tags: ['Objects'], params, security: [{ token: [] }, { signature: [] }] }

/** What the OpenAPI document says of the routes that stream. */
export const OBJECT_DOCUMENTS = {
  putObject: {
    method: 'PUT',
    schema: {
      ...shared,
      operationId: 'putObject',
      summary: 'Store an object',
      description:
        'The body is the content, of any size and type. The bucket is made if need be. An upload that breaks off changes nothing. With a signature, send X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD.',
      response: {
        201: {
          ...Type.Object({ bucket: Type.String(), key: Type.String(), size: Type.Integer() }),
          description: 'Stored.',
        },
        ...refused,
      },
    },
  },
  getObject: {
    method: 'GET',
    schema: {
      ...shared,
      operationId: 'getObject',
      summary: 'Read an object',
      description: 'Range: bytes=… reads a part.',
      response: { 200: bytes, 206: { ...bytes, description: 'The part.' }, ...refused },
    },
  },
  headObject: {
    method: 'HEAD',
    schema: {
      ...shared,
      operationId: 'headObject',
      summary: 'Size and date of an object',
      response: { 200: nothing, '4xx': refusedInSilence, '5xx': refusedInSilence },
    },
  },
  deleteObject: {
    method: 'DELETE',
    schema: {
      ...shared,
      operationId: 'deleteObject',
      summary: 'Delete an object',
      response: { 204: nothing, ...refused },
    },
  },
} as const
