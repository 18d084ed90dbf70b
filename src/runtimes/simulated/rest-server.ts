import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { PretendedCluster } from './pretended-cluster.ts'
import { answer } from './rest-answers.ts'

const SILENCE_LOOK_MS = 20

/** The REST port of a pretended JobManager. */
export function listenAsFlink(
  cluster: PretendedCluster,
  on: { onListening: () => void; onError: (error: Error) => void },
): Server {
  const server = createServer((request, response) => {
    respond(cluster, request, response).catch(() => response.destroy())
  })
  server.once('error', on.onError)
  server.listen({ host: '127.0.0.1', port: cluster.order.ports.rest }, on.onListening)
  return server
}

async function respond(cluster: PretendedCluster, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = request.method === 'POST' ? await json(request) : null
  while (cluster.isSilent && !response.destroyed) await new Promise((resolve) => setTimeout(resolve, SILENCE_LOOK_MS))
  const given = answer(cluster, request.method ?? 'GET', new URL(request.url ?? '/', 'http://flink'), body)
  response.writeHead(given.status, { 'content-type': 'application/json; charset=UTF-8' })
  response.end(JSON.stringify(given.body))
}
