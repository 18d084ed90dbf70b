/** The vendor's own clients, each in a process of its own that takes one call after the other. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DLI_OPERATIONS } from '../../../src/http/dli/operations.ts'
import { pythonFolder } from '../../../tools/python-packages.mjs'

export type Fields = Readonly<Record<string, unknown>>

/** `body`: what was on the wire; `read`: what the client made of it. */
export type VendorAnswer = Readonly<{
  status: number
  body: unknown
  read: unknown
  error: Readonly<{ code: string; message: string; requestId: string }> | null
}>

export type VendorClient = Readonly<{
  version: string
  /** The operations of our list that it has methods for. */
  has(operation: string): boolean
  /** `fields`: path, query and body in one, as the wire names them. */
  call(operation: string, fields: Fields): Promise<VendorAnswer>
  end(): Promise<void>
}>

export type Place = Readonly<{ endpoint: string; projectId: string } & ({ ak: string; sk: string } | { token: string })>

type Hello = Readonly<{ version: string; operations: readonly string[] }>

export async function startPythonSdk(place: Place): Promise<VendorClient> {
  const driver = join(import.meta.dirname, 'python', 'driver.py')
  const { ask, hello, end } = await start(['python3', '-I', '-c', PYTHON, pythonFolder('vendorSdk'), driver], place)
  return {
    version: hello.version,
    has: (operation) => hello.operations.includes(snake(operation)),
    async call(operation, fields) {
      const { text, ...answer } = await ask({ operation, fields })
      return { error: null, read: null, ...answer, body: text === '' ? undefined : JSON.parse(text) }
    },
    end,
  }
}

/** Isolated from what the machine has of Python: only the pinned packages. */
const PYTHON = 'import sys, runpy; sys.path.insert(0, sys.argv[1]); runpy.run_path(sys.argv[2])'

/** They have no use for who signs each request. */
const TOKEN_CALLS = ['createToken', 'showToken']

export async function startNodeCore(place: Place): Promise<VendorClient> {
  const driver = join(import.meta.dirname, 'node', 'driver.cjs')
  const { ask, hello, end } = await start([process.execPath, driver], place)
  return {
    version: hello.version,
    has: (operation) => !TOKEN_CALLS.includes(operation),
    async call(operation, fields) {
      const answer = await ask(requestOf(operation, fields))
      return { error: null, read: null, ...answer, body: wireOf(answer) }
    },
    end,
  }
}

/** This client shows answers as they came, of an error its parts, and an empty object where no body came. */
function wireOf({ read, error }: Answer): unknown {
  if (error) return { error_code: error.code, error_msg: error.message }
  return Object.keys(read).length === 0 ? undefined : read
}

function requestOf(operation: string, fields: Fields) {
  const { method = '', path = '' } = DLI_OPERATIONS.find(({ id }) => id === operation) ?? {}
  const url = path.replace(/:(\w+)/gu, '{$1}')
  const isInPath = ([name]: [string, unknown]) => url.includes(`{${name}}`)
  const inPath = Object.entries(fields).filter(isInPath)
  // It puts them into the path as they are.
  const pathParams = Object.fromEntries(inPath.map(([name, value]) => [name, encodeURIComponent(String(value))]))
  const rest = Object.fromEntries(Object.entries(fields).filter((field) => !isInPath(field)))
  const isQuery = method === 'GET' || operation === 'deleteJobResource'
  return { method, url, pathParams, ...(isQuery ? { queryParams: rest } : { data: rest }) }
}

async function start([program = '', ...args]: string[], place: Place) {
  const home = await mkdtemp(join(tmpdir(), 'headgate-vendor-')) // they leave a file in it
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, HOME: home },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ask = conversation(child)
  const end = async () => {
    child.stdin.end()
    if (child.exitCode === null) await once(child, 'exit')
    await rm(home, { recursive: true, force: true })
  }
  return { ask, hello: (await ask(place)) as Hello, end }
}

// biome-ignore lint/suspicious/noExplicitAny: a line of another process
type Answer = any

/** One line out, one line back. */
function conversation(child: ChildProcess): (message: unknown) => Promise<Answer> {
  if (!child.stdin || !child.stdout) throw new Error('a client has pipes')
  const { stdin } = child
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return async (message) => {
    stdin.write(`${JSON.stringify(message)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`the client ended at ${JSON.stringify(message)}; it says why above`)
    return JSON.parse(value)
  }
}

const snake = (name: string) => name.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`)
