import { EMPTY_JAR } from '../support/empty-jar.ts'
import { type Service, type ServiceOptions, startService } from '../support/service.ts'
import { checkAnswer } from '../support/wire-check.ts'
import { checkWire, type WireName } from '../support/wire-types.ts'

/** What came back: the body parsed when it is JSON. */
export type Reply = Readonly<{ status: number; headers: Headers; text: string; body: unknown }>

export type RequestHeaders = Readonly<Record<string, string>>

/** Somebody who is signed in, and plain HTTP. */
export type Client = Readonly<{
  baseUrl: string
  projectId: string
  token: string
  /** Sends as the signed-in user. `{p}` in the path is the project; a body that is a text is sent byte for byte. */
  send(method: string, path: string, body?: unknown, headers?: RequestHeaders): Promise<Reply>
  /** Sends, wants the status, checks the answer's types, and gives the body. */
  call<Body = Record<string, unknown>>(
    name: WireName,
    method: string,
    path: string,
    body?: unknown,
    headers?: RequestHeaders,
  ): Promise<Body>
}>

/** A service of its own for one test file, and a client. */
export type World = Client & Readonly<{ service: Service; stop(): Promise<void> }>

export async function startWorld(options: ServiceOptions = {}): Promise<World> {
  const service = await startService(options)
  return { ...(await signedIn(service.baseUrl, service)), service, stop: () => service.stop() }
}

export async function signedIn(baseUrl: string, credentials: Credentials): Promise<Client> {
  const { projectId } = credentials
  const token = await signIn(baseUrl, credentials)
  const send: Client['send'] = (method, path, body, headers = {}) =>
    sendPlain(method, baseUrl + path.replace('{p}', projectId), body, { 'x-auth-token': token, ...headers })
  return {
    baseUrl,
    projectId,
    token,
    send,
    async call<Body>(
      name: WireName,
      method: string,
      path: string,
      body?: unknown,
      headers?: RequestHeaders,
    ): Promise<Body> {
      const reply = await send(method, path, body, headers)
      if (reply.status >= 300) throw new Error(`${method} ${path} answered ${reply.status}: ${reply.text}`)
      checkWire(name, reply.body)
      return reply.body as Body
    },
  }
}

/** Another user of the world's project (or of the given one), signed in. */
export async function addUser(
  world: World,
  name: string,
  role: 'admin' | 'member' = 'member',
  projectId = world.projectId,
): Promise<Client & { userId: string }> {
  const password = 'a password of theirs'
  const { access } = world.service.app
  const user = await access.createUser({ name, password })
  await access.addMember({ userId: user.id, projectId, role })
  const { domainName } = world.service
  return { ...(await signedIn(world.baseUrl, { userName: name, password, domainName, projectId })), userId: user.id }
}

/** A request with a JSON content type, a body written out or none, and nothing else. @throws when the answer breaks the type table */
export async function sendPlain(
  method: string,
  url: string,
  body?: unknown,
  headers: RequestHeaders = {},
): Promise<Reply> {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(text === undefined ? {} : { body: text }),
  })
  const answered = await response.text()
  const reply = { status: response.status, headers: response.headers, text: answered, body: parsed(answered) }
  checkAnswer({ method, path: new URL(url).pathname, userAgent: headers['user-agent'] }, reply)
  return reply
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Credentials = Readonly<Pick<Service, 'userName' | 'password' | 'domainName' | 'projectId'>>

async function signIn(baseUrl: string, { userName, password, domainName, projectId }: Credentials): Promise<string> {
  const reply = await sendPlain('POST', `${baseUrl}/v3/auth/tokens`, {
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: userName, password, domain: { name: domainName } } },
      },
      scope: { project: { id: projectId } },
    },
  })
  return reply.headers.get('x-subject-token') ?? ''
}

/** Stores an object through the service. */
export async function putObject(world: Client, path: string, content: string): Promise<void> {
  const reply = await world.send('PUT', `/api/v1/{p}/objects/${path}`, content)
  if (reply.status !== 201) throw new Error(`storing ${path} answered ${reply.status}: ${reply.text}`)
}

/** A dedicated queue and a file that jobs can name, for tests that need a job that runs. */
export async function prepareJobs(world: Client, queueName = 'q1'): Promise<void> {
  await world.call('createQueue', 'POST', '/v1.0/{p}/queues', {
    queue_name: queueName,
    queue_type: 'general',
    cu_count: 64,
    resource_mode: 1,
  })
  await putObject(world, 'b1/app.jar', EMPTY_JAR)
}

export const RUNNABLE = { queue_name: 'q1', entrypoint: 'obs://b1/app.jar', main_class: 'com.acme.Main' }

/** Creates a job and answers its number. */
export async function createJob(world: Client, fields: Record<string, unknown>): Promise<number> {
  const path = '/v1.0/{p}/streaming/flink-jobs'
  const { job } = await world.call<{ job: { job_id: number } }>('createFlinkJarJob', 'POST', path, fields)
  return job.job_id
}

export type Detail = Readonly<Record<string, unknown> & { status: string; job_config: Record<string, unknown> }>

export async function readJob(world: Client, id: number | string, headers?: RequestHeaders): Promise<Detail> {
  const path = `/v1.0/{p}/streaming/jobs/${id}`
  const answer = await world.call<{ job_detail: Detail }>('showFlinkJob', 'GET', path, undefined, headers)
  return answer.job_detail
}

/** Short of the limit of a test, so that what it waited for is told. */
const DEADLINE_MS = 45_000

/** Reads the job until it has the status. */
export async function waitForStatus(world: Client, id: number, status: string): Promise<Detail> {
  const end = Date.now() + DEADLINE_MS
  for (;;) {
    const detail = await readJob(world, id)
    if (detail.status === status) return detail
    if (Date.now() > end)
      throw new Error(`job ${id} is ${detail.status} (${String(detail.status_desc)}), not ${status}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Creates a job, runs it and waits until it runs. */
export async function runJob(world: Client, fields: Record<string, unknown>): Promise<number> {
  const id = await createJob(world, { ...RUNNABLE, ...fields })
  await world.call('batchRunFlinkJobs', 'POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: [id] })
  await waitForStatus(world, id, 'job_running')
  return id
}

/** The code of an error answer that has the right form and status. */
export function codeOf(reply: Reply, status = 400): string {
  checkWire('error', reply.body)
  if (reply.status !== status) throw new Error(`HTTP ${reply.status} and not ${status}: ${reply.text}`)
  return (reply.body as { error_code: string }).error_code
}

export function messageOf(reply: Reply): string {
  return (reply.body as { error_msg: string }).error_msg
}
