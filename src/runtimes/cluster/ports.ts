import { createServer } from 'node:net'
import type { Ports } from './process-host.ts'

/**
 * Below Linux's usual range for outgoing connections (from 32768), so that none can take a port between our look at it
 * and the JobManager's start. What another program takes in that time shows as a clash, and the start is repeated.
 */
export const CLUSTER_PORTS = { first: 20_000, last: 31_999 } as const
/** Two launches at once must not be given the same port while neither listens yet. */
const REMEMBERED = 512

const given: number[] = []

export async function freePorts(): Promise<Ports> {
  return { rpc: await freePort(), rest: await freePort() }
}

async function freePort(): Promise<number> {
  const { first, last } = CLUSTER_PORTS
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = first + Math.floor(Math.random() * (last - first + 1))
    if (given.includes(port)) continue
    given.push(port)
    if (given.length > REMEMBERED) given.shift()
    if (await isFree(port)) return port
  }
  throw new Error(`No free port was found between ${first} and ${last}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
