import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import type { FlinkInstallation } from './installation.ts'
import { madeFor, makeOwnJar, share } from './made-for.ts'

/**
 * The launcher of java/launcher, compiled for an installed Flink, whose inner parts it starts, with Flink's RPC system
 * unpacked beside it once for all JVMs to come.
 */
const SOURCES = join(import.meta.dirname, '..', '..', 'java', 'launcher')
/** Name of the RPC system inside of Flink's jar, and where UnpackedRpcSystemLoader.java looks for it. */
const [RPC_INSIDE, RPC_BESIDE] = ['flink-rpc-akka.jar', 'flink-rpc.jar']

/** An installation whose class path ends with the launcher, if it has one. */
export type LaunchableFlink = FlinkInstallation & Readonly<{ hasLauncher: boolean }>

/**
 * Answers the installation with the launcher as the last entry of its class path, and makes it when it is not there, which
 * takes some seconds. Cold and warm JVMs have the same class path, so one class data archive serves both. Safe in many
 * processes at once. @throws when the compiler is missing or does not get along with this version
 */
export async function withLauncher(installation: FlinkInstallation, javaHome: string): Promise<LaunchableFlink> {
  const holder = installation.classPath.find(holdsRpcSystem)
  if (holder === undefined) throw new Error(`Flink ${installation.version} has no jar with an RPC system in it`)
  const make = async (staging: string) => {
    await makeOwnJar(join(staging, 'launcher.jar'), SOURCES, installation, javaHome)
    await unpack(holder, RPC_INSIDE, join(staging, RPC_BESIDE))
  }
  const ingredients = [basename(holder), String((await stat(holder)).size)]
  const folder = await madeFor(installation, { kind: 'launchers', sources: SOURCES, ingredients, make })
  const classPath = [...installation.classPath, join(folder, 'launcher.jar')]
  return { ...installation, classPath, hasLauncher: true }
}

/** One of its own from Maven, part of flink-dist otherwise. */
function holdsRpcSystem(jar: string): boolean {
  return /^flink-(rpc-akka-loader|dist)[-_]/.test(basename(jar))
}

async function unpack(jar: string, name: string, to: string): Promise<void> {
  const zip = await openPromise(jar, { lazyEntries: true })
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== name) continue
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(to))
      return await share(to)
    }
  } finally {
    zip.close()
  }
  throw new Error(`${jar} holds no ${name}`)
}
