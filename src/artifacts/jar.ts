import { Bug } from '../lib/errors.ts'

export type JarManifest = Readonly<{ mainClass: string | null }>

/** @throws Refusal `artifact.notAJar` */
export async function readJarManifest(_path: string): Promise<JarManifest> {
  throw new Bug('not built yet')
}

/** Class file major version (61: Java 17) of a class in a jar; null when the jar has no such class. */
export async function readClassFileMajor(_path: string, _className: string): Promise<number | null> {
  throw new Bug('not built yet')
}
