import { seal, unseal } from '../access/index.ts'
import type { LaunchValue } from './variable.ts'
import type { StoredVariable } from './variable-store.ts'

/** Values at rest. Each is bound to its place, so one that is copied elsewhere in the database does not open there. */

type Named = Readonly<{ projectId: string; name: string }>

export function sealValue(key: Buffer, { projectId, name }: Named, value: string): string {
  return seal(key, `variable ${projectId} ${name}`, value)
}

export function openValue(
  key: Buffer,
  { projectId, name, valueSealed }: Pick<StoredVariable, 'projectId' | 'name' | 'valueSealed'>,
): string {
  return unseal(key, `variable ${projectId} ${name}`, valueSealed)
}

export function sealLaunchValues(key: Buffer, attemptId: string, values: readonly LaunchValue[]): string {
  return seal(key, `attempt ${attemptId}`, JSON.stringify(values))
}

export function openLaunchValues(key: Buffer, attemptId: string, sealed: string): LaunchValue[] {
  return JSON.parse(unseal(key, `attempt ${attemptId}`, sealed)) as LaunchValue[]
}
