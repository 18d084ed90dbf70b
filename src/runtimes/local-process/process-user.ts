import { readFileSync } from 'node:fs'

/**
 * Becoming the user of a job: a number without an account, as user and as group, with no other group, no capability, and no
 * way back: setuid programs such as `sudo` give it nothing (setpriv(1), PR_SET_NO_NEW_PRIVS). The program keeps its pid.
 */
export function becoming(user: number | null): string[] {
  if (user === null) return []
  const identity = [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--inh-caps=-all', '--no-new-privs']
  return ['prlimit', '--core=0', `--nproc=${processesMax()}`, '--', 'setpriv', ...identity, '--']
}

/** Processes and threads that one user may have: the kernel ends what leaks or forks without end (setrlimit(2)). */
const PROCESSES_MAX = 16_384

/** Not more than the service itself may have: raising a limit needs a right of its own. */
function processesMax(): number {
  const hard = /^Max processes +\S+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
  return Math.min(PROCESSES_MAX, Number(hard ?? PROCESSES_MAX))
}
