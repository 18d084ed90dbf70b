/** Requests over many connections, each sent when the one before on its connection is answered. */
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { signRequest } from '../../src/access/index.ts'
import { percentile } from './figures.ts'

export type Wish = Readonly<{ method: string; path: string; body?: unknown }>

/** Headers that prove who sends it. */
export type Proof = (url: URL, method: string, body: string) => Record<string, string>

export type Load = Readonly<{ p50Ms: number; p99Ms: number; perSecond: number }>

export type LoadPlan = Readonly<{
  url: string
  proof: Proof
  connections: number
  /** Ends after this time, or when there are no more wishes. */
  ms: number
  /** Null: no more. */
  next(): Wish | null
  /** Sees each answer's body. */
  seen?(body: string): void
}>

export const byToken =
  (token: string): Proof =>
  () => ({ 'x-auth-token': token })

export const byKey =
  (key: { ak: string; sk: string }): Proof =>
  ({ host, pathname, search }, method, body) => {
    const date = new Date().toISOString().replace(/[-:]|\.\d{3}/gu, '')
    const signed = {
      ...{ method, rawPath: pathname, rawQuery: search.slice(1), body: Buffer.from(body) },
      headers: { host, 'x-sdk-date': date },
    }
    return { 'x-sdk-date': date, authorization: signRequest(signed, key, ['host', 'x-sdk-date']) }
  }

export async function measureLoad(plan: LoadPlan): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: plan.connections })
  const times: number[] = []
  const startedAt = performance.now()
  const connection = async () => {
    for (let wish = plan.next(); wish && performance.now() - startedAt < plan.ms; wish = plan.next()) {
      const sentAt = performance.now()
      const body = await send(plan, agent, wish)
      times.push(performance.now() - sentAt)
      plan.seen?.(body)
    }
  }
  await Promise.all(Array.from({ length: plan.connections }, connection))
  const seconds = (performance.now() - startedAt) / 1000
  agent.destroy()
  return { p50Ms: percentile(times, 50), p99Ms: percentile(times, 99), perSecond: times.length / seconds }
}

async function send({ url, proof }: LoadPlan, agent: Agent, { method, path, body }: Wish): Promise<string> {
  const target = new URL(path, url)
  const content = body === undefined ? '' : JSON.stringify(body)
  const headers = { 'content-type': 'application/json', ...proof(target, method, content) }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(target, { agent, method, headers }, resolve).on('error', reject).end(content)
  })
  const answer = await text(response)
  if (response.statusCode !== 200) throw new Error(`${method} ${path} answered ${response.statusCode}: ${answer}`)
  return answer
}
