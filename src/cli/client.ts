import { signRequest } from '../access/index.ts'
import { type Language, Refusal } from '../lib/errors.ts'

/** What a command needs to speak to a running service. */
export type ClientOptions = Readonly<{
  url: string
  key: Readonly<{ ak: string; sk: string }> | null
  /** Of what the service says. Default English. */
  language?: Language
}>

export type Reply = Readonly<{ status: number; body: unknown }>

/** A small client of a running service's API, signing with an access key as the vendor's SDKs do. */
export interface Client {
  /** What is there; null when there is no such thing (404). @throws Refusal `cli.*` with what the service says instead */
  get(path: string): Promise<unknown>
  /** Any method, with a body. @throws Refusal `cli.*` when nobody answers or the key is refused; other statuses are the caller's business */
  send(method: string, path: string, body?: object): Promise<Reply>
  /** Ids of the projects of the key's owner. @throws as `get` */
  projectIds(): Promise<string[]>
}

const ANSWER_MS = 30_000

/** @throws Refusal `cli.noKey` */
export function createClient({ url, key, language = 'en' }: ClientOptions): Client {
  if (key === null) throw noKey()
  const send: Client['send'] = async (method, path, body) => {
    const target = new URL(path, url)
    const text = body === undefined ? '' : JSON.stringify(body)
    const response = await fetch(target, {
      method,
      headers: { 'x-language': language, ...signedHeaders(method, target, text, key, new Date()) },
      ...(body === undefined ? {} : { body: text }),
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch((error: unknown) => {
      throw noAnswer(url, error)
    })
    if (response.status === 401) throw keyRefused(url, key.ak)
    return { status: response.status, body: await response.json().catch(() => null) }
  }
  const get: Client['get'] = async (path) => {
    const { status, body } = await send('GET', path)
    if (status === 404) return null
    if (status >= 300) throw unexpected(new URL(path, url), status, body)
    return body
  }
  return {
    get,
    send,
    async projectIds() {
      const body = (await get('/v3/projects')) as { projects?: { id: string }[] } | null
      if (!Array.isArray(body?.projects)) throw noHeadgate(url)
      return body.projects.map(({ id }) => id)
    },
  }
}

function signedHeaders(
  method: string,
  target: URL,
  body: string,
  key: { ak: string; sk: string },
  now: Date,
): Record<string, string> {
  const headers = { host: target.host, 'x-sdk-date': now.toISOString().replace(/[-:]|\.\d{3}/gu, '') }
  const { pathname: rawPath, search } = target
  const request = { method, rawPath, rawQuery: search.slice(1), headers, body: Buffer.from(body) }
  return { 'x-sdk-date': headers['x-sdk-date'], authorization: signRequest(request, key, Object.keys(headers)) }
}

function noKey(): Refusal {
  return new Refusal('cli.noKey', {
    en: 'This command asks a running service and needs an access key: set HEADGATE_ACCESS_KEY and HEADGATE_SECRET_KEY.',
    zh: '该命令需要访问正在运行的服务，请设置访问密钥 HEADGATE_ACCESS_KEY 和 HEADGATE_SECRET_KEY。',
  })
}

function noAnswer(url: string, cause: unknown): Refusal {
  const why = cause instanceof Error && cause.cause instanceof Error ? ` (${cause.cause.message})` : ''
  return new Refusal('cli.noAnswer', {
    en: `No service answers at ${url}${why}. Start it with "headgate up", or set HEADGATE_URL to where it is.`,
    zh: `${url} 没有服务应答${why}。请用“headgate up”启动服务，或将 HEADGATE_URL 设置为其地址。`,
  })
}

function noHeadgate(url: string): Refusal {
  return new Refusal('cli.noHeadgate', {
    en: `What answers at ${url} is no Headgate. Set HEADGATE_URL to where the service is.`,
    zh: `${url} 上应答的不是 Headgate。请将 HEADGATE_URL 设置为服务的地址。`,
  })
}

function unexpected({ origin, pathname }: URL, status: number, body: unknown): Refusal {
  const said = saidIn(body)
  return new Refusal('cli.unexpected', {
    en: `The service at ${origin} answered ${pathname} with HTTP ${status}${said ? `: ${said}` : '.'} Try again in a moment; when it stays so, look into the log of the service.`,
    zh: `${origin} 的服务对 ${pathname} 返回 HTTP ${status}${said ? `：${said}` : '。'} 请稍后重试；若仍然失败，请查看服务日志。`,
  })
}

/** Identity calls answer in Keystone's form, all others in DLI's. */
function saidIn(body: unknown): string {
  const { error_msg, error } = (body ?? {}) as { error_msg?: string; error?: { message?: string } }
  return error_msg ?? error?.message ?? ''
}

function keyRefused(url: string, ak: string): Refusal {
  return new Refusal('cli.keyRefused', {
    en: `The service at ${url} refused the access key ${ak}. Check HEADGATE_ACCESS_KEY, HEADGATE_SECRET_KEY and the clock.`,
    zh: `${url} 的服务拒绝了访问密钥 ${ak}。请检查 HEADGATE_ACCESS_KEY、HEADGATE_SECRET_KEY 和系统时间。`,
  })
}
