import { createConfig, lint } from '@redocly/openapi-core'
import { expect, it } from 'vitest'

/** What the linter recommends, but for what the vendor's paths make impossible, and texts for groups that need none. */
const RULES = { 'no-ambiguous-paths': 'off', 'tag-description': 'off' } as const

it('the OpenAPI document is what a linter recommends, its examples valid by their schemas', async () => {
  const config = await createConfig({ extends: ['recommended'], rules: RULES })
  const problems = await lint({ ref: 'api/openapi.json', config })
  expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)).toEqual([])
})
