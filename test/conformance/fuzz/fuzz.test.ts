/** A fuzzer before the whole service: each operation of the OpenAPI document, with requests good and bad, from a fixed seed. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hasPython, pythonFolder } from '../../../tools/python-packages.mjs'
import { createJob, prepareJobs, startWorld, type World } from '../../acceptance/world.ts'
import { ROOT } from '../../support/source-files.ts'

const isHere = hasPython('fuzzer')
if (!isHere && process.env.CI === 'true') throw new Error('the fuzzer is not installed: run npm test')

const SEED = 5
/** It ends by itself well before, and never outlives the test. */
const LIMIT_MS = 240_000
const EXAMPLES_PER_OPERATION = 5
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
]

let world: World
let folder: string

beforeAll(async () => {
  if (!isHere) return
  world = await startWorld()
  folder = await mkdtemp(join(tmpdir(), 'headgate-fuzz-'))
  await prepareJobs(world)
  await createJob(world, { name: 'fuzzed' })
})

afterAll(async () => {
  await world?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

it.skipIf(!isHere)('no request brings an answer that the document does not allow', async () => {
  const { failed, output } = await fuzz()
  expect(failed, output.slice(-20_000)).toBe(false)
})

async function fuzz(): Promise<{ failed: boolean; output: string }> {
  const settings = join(folder, 'schemathesis.toml')
  await writeFile(settings, SETTINGS(world.projectId))
  const program =
    'import sys; sys.path.insert(0, sys.argv.pop(1)); from schemathesis.cli import schemathesis; schemathesis()'
  const given = ['--config-file', settings, 'run', join(ROOT, 'api/openapi.json'), '--url', world.baseUrl]
  const bounds = ['--seed', String(SEED), '--max-examples', String(EXAMPLES_PER_OPERATION), '--phases', 'fuzzing']
  const rest = ['--checks', CHECKS.join(), '--header', `X-Auth-Token: ${world.token}`, '--no-color']
  const run = promisify(execFile)(
    'python3',
    ['-I', '-c', program, pythonFolder('fuzzer'), ...given, ...bounds, ...rest],
    {
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
      timeout: LIMIT_MS,
    },
  )
  return run.then(
    ({ stdout }) => ({ failed: false, output: stdout }),
    (error: { stdout?: string; stderr?: string }) => ({ failed: true, output: `${error.stdout}\n${error.stderr}` }),
  )
}

/** Some of the requests are to meet something that is there. */
const SETTINGS = (projectId: string) => `
generation.deterministic = true
generation.database = "none"

[parameters]
"path.project_id" = "${projectId}"
`
