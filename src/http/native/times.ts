import { Type } from 'typebox'

/** Moments in Headgate's own API: ISO 8601, UTC. */
export const Moment = Type.String()

export const MomentOrNull = Type.Union([Moment, Type.Null()])

export function toMoment(time: Date): string {
  return time.toISOString()
}

export function toMomentOrNull(time: Date | null): string | null {
  return time === null ? null : time.toISOString()
}
