/**
 * What tests need that is no package of ours: the vendor's clients and the fuzzer, pinned with hashes. Each lies in
 * build/clients, in a folder named by the content of its lock and moved there when it is whole. Runs on Node 20.
 */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

const CLIENTS = {
  pythonSdk: {
    title: "the vendor's Python SDK",
    lock: 'test/conformance/clients/python/requirements.txt',
    install: pip,
  },
  nodeCore: { title: "the vendor's Node core", lock: 'test/conformance/clients/node/package-lock.json', install: npm },
  fuzzer: { title: 'the fuzzer (schemathesis)', lock: 'test/conformance/fuzz/requirements.txt', install: pip },
}

/** Where a client's packages are, or would be. */
export function clientFolder(name) {
  const content = readFileSync(join(ROOT, CLIENTS[name].lock))
  return join(ROOT, 'build', 'clients', `${name}-${createHash('sha256').update(content).digest('hex').slice(0, 12)}`)
}

export function isClientHere(name) {
  return existsSync(clientFolder(name))
}

/** What is still to be installed: `prepare`, run the command, `finish`. */
export function missingClients() {
  return Object.keys(CLIENTS)
    .filter((name) => !isClientHere(name))
    .map((name) => installationOf(CLIENTS[name], clientFolder(name)))
}

function installationOf({ title, lock, install }, folder) {
  const unfinished = `${folder}.unfinished`
  return {
    title,
    needsPip: install === pip,
    command: install(join(ROOT, lock), unfinished),
    prepare() {
      rmSync(unfinished, { recursive: true, force: true })
      mkdirSync(unfinished, { recursive: true })
      if (install === npm) copyPackage(dirname(lock), unfinished)
    },
    finish: () => renameSync(unfinished, folder),
  }
}

function copyPackage(from, to) {
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(ROOT, from, name), join(to, name))
}

function pip(lock, folder) {
  const quietly = ['--quiet', '--no-input', '--disable-pip-version-check', '--root-user-action=ignore']
  const pinned = ['--require-hashes', '--only-binary=:all:', '--requirement', lock]
  return ['python3', '-m', 'pip', 'install', ...quietly, ...pinned, '--target', folder]
}

function npm(_lock, folder) {
  return ['npm', 'ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
}
