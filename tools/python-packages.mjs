/**
 * Python packages that tests need, pinned with hashes: the vendor's SDK and the fuzzer. Each set lies in build/python, in a
 * folder named by the content of its lock and moved there when it is whole. Runs on Node 20 and without packages.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

const SETS = {
  vendorSdk: { title: "the vendor's Python SDK", lock: 'test/conformance/clients/python/requirements.txt' },
  fuzzer: { title: 'the fuzzer (schemathesis)', lock: 'test/conformance/fuzz/requirements.txt' },
}

/** Where the packages of a set are, or would be. */
export function pythonFolder(name) {
  const content = readFileSync(join(ROOT, SETS[name].lock))
  return join(ROOT, 'build', 'python', `${name}-${createHash('sha256').update(content).digest('hex').slice(0, 12)}`)
}

export function hasPython(name) {
  return existsSync(pythonFolder(name))
}

/** What is still to be installed: `prepare`, run the command, `finish`. */
export function missingPython() {
  return Object.keys(SETS)
    .filter((name) => !hasPython(name))
    .map((name) => installationOf(SETS[name], pythonFolder(name)))
}

function installationOf({ title, lock }, folder) {
  const unfinished = `${folder}.unfinished`
  const quietly = ['--quiet', '--no-input', '--disable-pip-version-check', '--root-user-action=ignore']
  const pinned = ['--require-hashes', '--only-binary=:all:', '--requirement', join(ROOT, lock)]
  return {
    title,
    command: ['python3', '-m', 'pip', 'install', ...quietly, ...pinned, '--target', unfinished],
    prepare() {
      rmSync(unfinished, { recursive: true, force: true })
      mkdirSync(unfinished, { recursive: true })
    },
    finish: () => renameSync(unfinished, folder),
  }
}
