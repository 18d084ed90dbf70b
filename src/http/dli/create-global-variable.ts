import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { booleanOrText, optional, text, toBoolean } from './fields.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

export const createGlobalVariable = projectEndpoint({
  place: dliOperation('createGlobalVariable'),
  room: 'general',
  tag: 'Global variables',
  description:
    'Jobs use it as {{var_name}} in entrypoint_args and in values of runtime_config, from their next run on.',
  body: Type.Object({
    var_name: text(
      '1 to 128 letters, digits and "_"; not only digits and not starting with "_". Capitals matter.',
      undefined,
      { minLength: 1, maxLength: 128 },
    ),
    var_value: text('At most 10 000 characters. Stored encrypted.', undefined, { maxLength: 10_000 }),
    is_sensitive: optional(booleanOrText('Never show the value in any answer, log or export. Default false.')),
  }),
  answer: Type.Object({ is_success: SuccessBoolean, message: Type.String() }),
  async handle({ variables }, { caller, body }) {
    const isSensitive = toBoolean(body.is_sensitive)
    await variables.create(caller, { name: body.var_name, value: body.var_value, isSensitive })
    return { is_success: SUCCESS, message: '' }
  },
})
