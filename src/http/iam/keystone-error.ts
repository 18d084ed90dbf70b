import { STATUS_CODES } from 'node:http'

/** Errors of the identity calls have Keystone's form, which their clients read. */
export function keystoneError(status: number, message: string): object {
  return { error: { code: status, message, title: STATUS_CODES[status] ?? 'Error' } }
}
