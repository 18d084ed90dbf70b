import { Type } from 'typebox'
import { openEndpoint } from '../endpoint.ts'

const Check = Type.Object({ ok: Type.Boolean(), text: Type.String() })

const State = Type.Object({
  status: Type.Enum(['ok', 'trouble']),
  version: Type.String(),
  checks: Type.Record(Type.String(), Check),
})

export const showHealth = openEndpoint({
  place: {
    id: 'showHealth',
    method: 'GET',
    path: '/api/v1/health',
    success: 200,
    title: 'How the parts of the service are',
  },
  room: 'native',
  tag: 'Service',
  description: 'Always 200 while the service answers; the checks say what is wrong.',
  answer: State,
  async handle({ health, version }) {
    const { checks } = await health()
    const isFine = Object.values(checks).every(({ ok }) => ok)
    const status: 'ok' | 'trouble' = isFine ? 'ok' : 'trouble'
    return { status, version, checks: { ...checks } }
  },
})

export const showReadiness = openEndpoint({
  place: {
    id: 'showReadiness',
    method: 'GET',
    path: '/api/v1/ready',
    success: 200,
    title: 'Whether requests should be sent here',
  },
  room: 'native',
  tag: 'Service',
  description: '503 while they should not.',
  answer: Type.Object({ ready: Type.Boolean() }),
  async handle({ health }, { setStatus }) {
    const { ready } = await health()
    if (!ready) setStatus(503)
    return { ready }
  },
})

export const showVersion = openEndpoint({
  place: { id: 'showVersion', method: 'GET', path: '/api/v1/version', success: 200, title: 'Version of the service' },
  room: 'native',
  tag: 'Service',
  answer: Type.Object({ version: Type.String() }),
  async handle({ version }) {
    return { version }
  },
})
