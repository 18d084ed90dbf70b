import { canUnseal, seal, unseal } from '../access/index.ts'
import type { LaunchValue } from './variable.ts'

/** Values at rest. Each is bound to its place, so one that is copied elsewhere in the database does not open there. */

type Named = Readonly<{ projectId: string; name: string }>
type SealedValue = Named & Readonly<{ valueSealed: string }>

const placeOf = ({ projectId, name }: Named) => `variable ${projectId} ${name}`
const placeOfLaunch = (attemptId: string) => `attempt ${attemptId}`

export function sealValue(key: Buffer, named: Named, value: string): string {
  return seal(key, placeOf(named), value)
}

export function openValue(key: Buffer, variable: SealedValue): string {
  return unseal(key, placeOf(variable), variable.valueSealed)
}

export function canOpenValue(key: Buffer, variable: SealedValue): boolean {
  return canUnseal(key, placeOf(variable), variable.valueSealed)
}

export function sealLaunchValues(key: Buffer, attemptId: string, values: readonly LaunchValue[]): string {
  return seal(key, placeOfLaunch(attemptId), JSON.stringify(values))
}

export function openLaunchValues(key: Buffer, attemptId: string, sealed: string): LaunchValue[] {
  return JSON.parse(unseal(key, placeOfLaunch(attemptId), sealed)) as LaunchValue[]
}

export function canOpenLaunchValues(key: Buffer, attemptId: string, sealed: string): boolean {
  return canUnseal(key, placeOfLaunch(attemptId), sealed)
}
