import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyInstance, RouteHandlerMethod } from 'fastify'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** The files of the page, by what they are called in its addresses. Nothing else of the disk can be reached. */
const FILES: Readonly<Record<string, string>> = {
  'answer.js': 'explorer/answer.js',
  'body.js': 'explorer/body.js',
  'catalogue.js': 'explorer/catalogue.js',
  'document.js': 'explorer/document.js',
  'dom.js': 'explorer/dom.js',
  'errors.js': 'explorer/errors.js',
  'errors.json': 'api/errors.json',
  'explorer.css': 'explorer/explorer.css',
  'fields.js': 'explorer/fields.js',
  'file.js': 'explorer/file.js',
  'filled.js': 'explorer/filled.js',
  'icon.svg': 'explorer/icon.svg',
  'index.html': 'explorer/index.html',
  'list.js': 'explorer/list.js',
  'main.js': 'explorer/main.js',
  'openapi.json': 'api/openapi.json',
  'operation.js': 'explorer/operation.js',
  'request.js': 'explorer/request.js',
  'sign-in.js': 'explorer/sign-in.js',
  'sign.js': 'explorer/sign.js',
  'state.js': 'explorer/state.js',
  'words.js': 'explorer/words.js',
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The page may load from, and talk to, this service only; nobody may frame it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
  vary: 'Accept-Encoding',
}

/**
 * The API Explorer: a page to read every operation, fill it in, sign and send it. It is at `/api-explorer`, and at the
 * address that the vendor's pages link to, with the operation in the query: `/apiexplorer/doc?product=DLI&api=ShowFlinkJob`.
 */
export function registerExplorer(app: FastifyInstance): void {
  const serve = (url: string, handler: RouteHandlerMethod) => app.get(url, { schema: { hide: true }, handler })
  const page = sender('index.html')
  serve('/api-explorer', page)
  serve('/apiexplorer/doc', page)
  for (const name of Object.keys(FILES)) serve(`/api-explorer/${name}`, sender(name))
}

type Content = Readonly<{ plain: Buffer; gzipped: Buffer; etag: string }>

/** Answers with the file, which is read when it is asked for first. */
function sender(name: string): RouteHandlerMethod {
  let content: Promise<Content> | null = null
  return async (request, reply) => {
    content ??= readContent(FILES[name] ?? '')
    const { plain, gzipped, etag } = await content
    reply.headers({ ...HEADERS, etag })
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    reply.type(TYPES[extname(name)] ?? 'application/octet-stream')
    if (!/\bgzip\b/.test(String(request.headers['accept-encoding']))) return reply.send(plain)
    return reply.header('content-encoding', 'gzip').send(gzipped)
  }
}

async function readContent(path: string): Promise<Content> {
  const plain = await readFile(join(ROOT, path))
  const gzipped = await promisify(gzip)(plain)
  return { plain, gzipped, etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"` }
}
