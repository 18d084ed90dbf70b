/** A person with a token in front of a service, wherever it runs. */

// biome-ignore lint/suspicious/noExplicitAny: answers are read as a person would read them
export type Answer = any

export type Person = Readonly<{ userName: string; password: string; domainName: string; projectId: string }>

/** Sends JSON, or a text as it is; `{p}` in the path is the project. @throws when the answer is no success */
export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>

export async function signedIn(url: string, person: Person): Promise<Call> {
  const token = await signIn(url, person)
  return async (method, path, body) => {
    const response = await fetch(url + path.replace('{p}', person.projectId), {
      method,
      headers: { 'content-type': 'application/json', 'x-auth-token': token },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
    return text === '' ? null : JSON.parse(text)
  }
}

export async function signIn(url: string, person: Person): Promise<string> {
  const { userName: name, password, domainName, projectId } = person
  const user = { name, password, domain: { name: domainName } }
  const response = await fetch(`${url}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: { identity: { methods: ['password'], password: { user } }, scope: { project: { id: projectId } } },
    }),
  })
  const token = response.headers.get('x-subject-token')
  if (!token) throw new Error(`no token: ${response.status} ${await response.text()}`)
  return token
}
