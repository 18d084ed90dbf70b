import { adviceFor, findJdk, findProgram, type Jdk, MISSING_MAVEN, missingJdk } from '../../tools/machine.mjs'
import { type Check, type Finding, ok, warning } from './check.ts'

export const java: Check = {
  name: 'java',
  run: async ({ config }) => [judgeJava(findJdk(undefined, { HEADGATE_JAVA_HOME: config.javaHome ?? undefined }))],
}

/** Of the JDKs that stand before the one found, the first is what a setting names. */
export function judgeJava({ home, version, others }: Jdk): Finding {
  if (home === null) return { mark: 'problem', texts: adviceFor(missingJdk(others)) }
  const [named] = others
  if (!named) return ok(`JDK ${version} in ${home}`, `JDK ${version}，位于 ${home}`)
  return warning(
    `${named.home} ${named.why.en}, so jobs run on JDK ${version} in ${home}. Correct HEADGATE_JAVA_HOME (or JAVA_HOME), or unset it.`,
    `${named.home} ${named.why.zh}，作业将使用 ${home} 中的JDK ${version}。请修正或取消 HEADGATE_JAVA_HOME（或 JAVA_HOME）。`,
  )
}

export const maven: Check = {
  name: 'maven',
  run: async () => [judgeMaven(findProgram('mvn'))],
}

export function judgeMaven(path: string | null): Finding {
  if (path === null) return { mark: 'warning', texts: adviceFor(MISSING_MAVEN) }
  return ok(path, path)
}
