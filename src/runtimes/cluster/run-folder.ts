import { join, resolve } from 'node:path'
import { assert } from '../../lib/errors.ts'

/**
 * Every path of a run folder is spelled here.
 *
 *     <runs>/<attempt id>/
 *       spec.json               what was asked for; its presence means "this attempt exists"
 *       starts/<n>.json         starts of the cluster: ports, boot id; the highest counts
 *       timeline.json           moments of the start
 *       conf/                   config.yaml, log4j.properties (shared by all processes)
 *       submit.log              what the launch did
 *       logs/                   <process>.log, <process>.out
 *       processes/              <role>.<n>.{group,jvm,exit}, written by the wrapper; `closed` forbids further starts
 *       results/                savepoints, how the job ended
 *       archive/                Flink's last answers about an ended job
 *       user/jars, user/files/userData/<name>    all there when `user` is
 *       tmp/, work/             only while running
 */
export type RunFolder = Readonly<{
  path: string
  spec: string
  starts: string
  timeline: string
  conf: string
  logs: string
  submitLog: string
  processes: string
  closed: string
  results: string
  outcome: string
  checkpointElsewhere: string
  archive: string
  user: string
  jars: string
  files: string
  tmp: string
  work: string
}>

const ATTEMPT_ID = /^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/

export function isAttemptId(text: string): boolean {
  return ATTEMPT_ID.test(text)
}

export function runFolder(runsFolder: string, attemptId: string): RunFolder {
  assert(isAttemptId(attemptId), `not an attempt id: ${JSON.stringify(attemptId)}`)
  const path = resolve(runsFolder, attemptId)
  const under = (...names: string[]) => join(path, ...names)
  return {
    path,
    spec: under('spec.json'),
    starts: under('starts'),
    timeline: under('timeline.json'),
    conf: under('conf'),
    logs: under('logs'),
    submitLog: under('submit.log'),
    processes: under('processes'),
    closed: under('processes', 'closed'),
    results: under('results'),
    outcome: under('results', 'outcome.json'),
    checkpointElsewhere: under('results', 'checkpoint-elsewhere.json'),
    archive: under('archive'),
    user: under('user'),
    jars: under('user', 'jars'),
    files: under('user', 'files'),
    tmp: under('tmp'),
    work: under('work'),
  }
}

export function savepointFile(folder: RunFolder, operationId: string): string {
  assert(/^[0-9a-f]{32}$/.test(operationId), `not an operation id: ${JSON.stringify(operationId)}`)
  return join(folder.results, `savepoint-${operationId}.json`)
}
