/** After all tests of a project: every error of the catalogue was really answered, or there is a reason why not. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { answeredErrors } from './answered-errors.ts'

/** Errors that no test over HTTP can meet, and why. */
const NOT_MET: Readonly<Record<string, string>> = {
  'DLI.0009 507': 'A full disk: src/storage/folder/folder-object-store.test.ts.',
  'DLI.0019 408': 'A request that takes a minute to arrive; Node measures the time, and nothing shortens it.',
  'DLI.0023 400':
    'Outside of /api/v1 an object is looked for before it is read; only one that goes in between is met so.',
  'DLI.0999 500': 'A fault of ours: src/http/render-error.test.ts.',
  'DLI.10001 500': 'A fault of ours: src/http/render-error.test.ts.',
  'DLI.11017 400': 'Jars are read when a job is launched, so the answer is a status with its reason.',
  'DLI.11029 400': 'A job without entrypoint may be stored; its run is refused with DLI.13013.',
  'DLI.13003 400': 'Create and update refuse such a job first, with DLI.11002.',
}

export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-answered-'))
  chmodSync(folder, 0o777) // some tests become an ordinary user
  project.provide('answeredErrors', folder)
  return async () => {
    const answered = answeredErrors(folder)
    rmSync(folder, { recursive: true })
    const problems = (await isWhole(project)) ? problemsOf(answered) : []
    if (problems.length > 0) throw new Error(`${project.name}: ${problems.join('\n')}`)
  }
}

/** True when every test of the project has run and passed: a part of them meets a part of the errors. */
async function isWhole(project: TestProject): Promise<boolean> {
  const { vitest } = project
  const modules = vitest.state.getTestModules().filter((module) => module.project === project)
  const { testFiles } = await project.globTestFiles()
  const passed = modules.filter((module) => module.state() === 'passed').map(({ moduleId }) => moduleId)
  return vitest.config.testNamePattern === undefined && testFiles.every((file) => passed.includes(file))
}

function problemsOf(answered: ReadonlySet<string>): string[] {
  const catalogue: readonly { code: string; status: number }[] = JSON.parse(readFileSync('api/errors.json', 'utf8'))
  const all = new Set(catalogue.map(({ code, status }) => `${code} ${status}`))
  return [
    ...[...all]
      .filter((each) => !answered.has(each) && !(each in NOT_MET))
      .map((each) => `no test brings the service to answer ${each} (test/acceptance/error-codes.test.ts)`),
    ...[...answered].filter((each) => !all.has(each)).map((each) => `api/errors.json does not know ${each}`),
    ...Object.keys(NOT_MET)
      .filter((each) => answered.has(each) || !all.has(each))
      .map((each) => `NOT_MET is wrong about ${each}`),
  ]
}
