import type { HttpParts } from '../src/http/index.ts'
import { describeHttp } from '../src/http/openapi.ts'
import { createLogger } from '../src/lib/logger.ts'
import { version } from '../src/version.ts'

/** `api/openapi.json`. The document needs the routes only, so no part behind them is there. */
export async function openApi(): Promise<string> {
  const document = await describeHttp(routesOnly())
  return `${JSON.stringify(document, null, 2)}\n`
}

function routesOnly(): HttpParts {
  const absent = new Proxy({}, { get: () => () => Promise.reject(new Error('Only routes are here')) })
  const known = {
    logger: createLogger('silent'),
    version,
    limits: { bodyBytes: 1024 * 1024, callsPerMinute: 0, idleMs: 0 },
    isUnavailable: () => false,
  }
  return new Proxy(known, { get: (target, name) => Reflect.get(target, name) ?? absent }) as unknown as HttpParts
}
