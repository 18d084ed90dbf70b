/**
 * Writes the lock files of the default Flink versions anew: `node tools/lock-flink.ts [version …]`.
 * Each version is fetched from Maven into a temporary folder; look at the difference before you commit it.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installFlink } from '../src/flink/install.ts'
import { LOCK_FOLDER } from '../src/flink/lock-file.ts'
import { MANIFEST_NAME, type Manifest } from '../src/flink/manifest.ts'
import { DEFAULT_VERSIONS, versionToInstall } from '../src/flink/versions.ts'

const asked = process.argv.slice(2)
const versions = asked.length > 0 ? asked.map(versionToInstall) : Object.values(DEFAULT_VERSIONS)
const home = await mkdtemp(join(tmpdir(), 'headgate-lock-'))
try {
  for (const version of versions) {
    const { installation } = await installFlink({
      home,
      version,
      from: 'maven',
      lockFolder: null,
      onProgress: (line) => console.log(line),
    })
    const manifest = JSON.parse(await readFile(join(installation.folder, MANIFEST_NAME), 'utf8')) as Manifest
    await mkdir(LOCK_FOLDER, { recursive: true })
    const lock = { version, files: manifest.files }
    await writeFile(join(LOCK_FOLDER, `${version}.json`), `${JSON.stringify(lock, null, 2)}\n`)
    console.log(`Locked Flink ${version}: ${installation.jars} jars`)
  }
} finally {
  await rm(home, { recursive: true, force: true })
}
