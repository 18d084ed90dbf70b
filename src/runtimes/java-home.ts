import { adviceFor, findJdk, missingJdk } from '../../tools/machine.mjs'
import { Refusal } from '../lib/errors.ts'

export type JavaHome = Readonly<{ home: string; majorVersion: number }>

/**
 * The JDK that jobs run on: the preferred one when it fits, else the one on the PATH, else one of /usr/lib/jvm, by the
 * same rules as the set-up's (tools/machine.mjs). Reads the `release` file of each; starts nothing.
 * @throws Refusal `java.missing`
 */
export async function findJava(preferred: string | null): Promise<JavaHome> {
  const { home, version, others } = findJdk(undefined, { HEADGATE_JAVA_HOME: preferred ?? undefined })
  if (home === null) throw new Refusal('java.missing', adviceFor(missingJdk(others)))
  return { home, majorVersion: Number.parseInt(version, 10) }
}
