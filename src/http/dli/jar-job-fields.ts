import { type Static, Type } from 'typebox'
import type { GivenSettings } from '../../jobs/index.ts'
import { optional, text, texts } from './fields.ts'
import { JOB_FIELDS, onlyGiven, REFERENCE_LENGTH_MAX, textOrNull, toCommonSettings } from './job-fields.ts'

/** The settings of a Jar job: those of any job, and what only a Jar job has. */
export const JAR_JOB_FIELDS = {
  ...JOB_FIELDS,
  main_class: optional(
    text('Class with the main method. Default: from the manifest of the entrypoint.', undefined, { maxLength: 512 }),
  ),
  entrypoint_args: optional(text('Arguments of the main method, separated by blanks.', undefined, { maxLength: 1024 })),
  entrypoint: optional(
    text('Jar with the main class: package.jar, group/package.jar or obs://bucket/key.', REFERENCE_LENGTH_MAX),
  ),
  dependency_jars: optional(texts('Further jars, in the forms of entrypoint.', REFERENCE_LENGTH_MAX)),
  dependency_files: optional(
    texts('Files that the program reads as the resource userData/<name>.', REFERENCE_LENGTH_MAX),
  ),
  feature: optional(text('basic, or custom for an image of your own. Default basic.', 64, { default: 'basic' })),
  image: optional(text('organization/name:version, with feature custom.', 512)),
  checkpoint_path: optional(
    text('Where the program keeps checkpoints: bucket/directory. No two jobs may share one.', REFERENCE_LENGTH_MAX),
  ),
}

const JarJobFields = Type.Object(JAR_JOB_FIELDS)

/** The settings that the request gives, and no others. */
export function toJarSettings(body: Static<typeof JarJobFields>): GivenSettings {
  const ofJar = onlyGiven<GivenSettings>({
    mainClass: textOrNull(body.main_class),
    entrypoint: textOrNull(body.entrypoint),
    entrypointArgs: textOrNull(body.entrypoint_args),
    dependencyJars: body.dependency_jars,
    dependencyFiles: body.dependency_files,
    feature: textOrNull(body.feature),
    image: textOrNull(body.image),
    checkpointPath: pathOrNull(body.checkpoint_path),
  })
  return { ...toCommonSettings(body), ...ofJar }
}

/** Paths are answered as `bucket/…`, however they came. A bare scheme stays, to be refused. */
function pathOrNull(path: string | undefined): string | null | undefined {
  return textOrNull(path?.replace(/^obs:\/\/(?=.)/i, ''))
}
