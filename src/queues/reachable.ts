import { lookup } from 'node:dns/promises'
import { connect, isIPv6 } from 'node:net'
import { QUEUE_ERRORS } from './queue-errors.ts'

export type Address = Readonly<{ host: string; port: number }>

/** Reads `host:port`, `1.2.3.4:port` or `[::1]:port`. @throws Refusal `queue.badAddress` */
export function parseAddress(text: string): Address {
  const [, v6, name, digits] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]{1,253})):(\d{1,5})$/i.exec(text) ?? []
  const host = v6 ?? name
  const port = Number(digits)
  const isGood = host !== undefined && (v6 === undefined || isIPv6(v6)) && port >= 1 && port <= 65_535
  if (!isGood) throw QUEUE_ERRORS.badAddress(text)
  return { host, port }
}

const ADDRESSES_MAX = 8

/**
 * Whether a TCP connection can be opened from this machine. Nothing is sent, nothing is read. Settles soon after the
 * signal, but for the look-up of a name, which cannot be stopped.
 */
export async function opensConnection({ host, port }: Address, signal: AbortSignal): Promise<boolean> {
  const found = await lookup(host, { all: true }).catch(() => [])
  if (signal.aborted) return false
  const tries = found.slice(0, ADDRESSES_MAX).map(({ address }) => connects(address, port, signal))
  return (await Promise.all(tries)).includes(true)
}

function connects(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal })
    socket.once('connect', () => {
      resolve(true)
      socket.destroy()
    })
    socket.once('error', () => resolve(false))
  })
}
