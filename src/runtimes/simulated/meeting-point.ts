import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { OrderKey } from './orders.ts'
import type { PretendedProcess, Signal } from './processes.ts'

/** Where a simulator and those who talk to it find each other: by the token in its folder, which only the owner can read. */
export function tokenFile(folder: string): string {
  return join(folder, 'token')
}

/** A name in Linux's abstract socket namespace (unix(7)). */
export function socketOf(token: string): string {
  return `\0headgate-simulator-${createHash('sha256').update(token).digest('hex').slice(0, 40)}`
}

export type SignalRequest = Readonly<{ pid: number; signal: Signal }>
export type OrderRequest = Readonly<{ attemptId: string | null; key: OrderKey; value: string }>
/** The first line of the stream of events. */
export type Greeting = Readonly<{ instance: string; pid: number; processes: readonly PretendedProcess[] }>
