import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../access/test-world.ts'
import { zip } from '../lib/zip.ts'
import { readClassFileMajor, readJarManifest } from './jar.ts'

const notAJar = expect.objectContaining({ name: 'Refusal', code: 'artifact.notAJar' })

async function zipOf(entries: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const list = Object.entries(entries).map(([name, content]) => ({ name, content: Buffer.from(content) }))
  return buffer(Readable.from(zip(list)))
}

async function jarOf(entries: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const path = join(await temporaryFolder(), 'x.jar')
  await writeFile(path, await zipOf(entries))
  return path
}

const manifest = (text: string | Buffer) => jarOf({ 'a.txt': 'x', 'META-INF/MANIFEST.MF': text })

test.each([
  ['Manifest-Version: 1.0\r\nMain-Class: a.B\r\n\r\n', 'a.B'],
  ['Main-Class: a.B\nprogram-class: c.D\n', 'c.D'],
  ['main-class:a.B', 'a.B'],
  [
    'Main-Class: org.apache.flink.examples.streaming.\r\n JavaQueue\r\n Stream\r\n',
    'org.apache.flink.examples.streaming.JavaQueueStream',
  ],
  ['Manifest-Version: 1.0\r\rMain-Class: a.B\r', null],
  ['Manifest-Version: 1.0\n\nName: x/\nMain-Class: a.B\n', null],
  ['Main-Class:\n', null],
  ['', null],
])('the main class of the manifest %j is %s', async (text, mainClass) => {
  expect(await readJarManifest(await manifest(text))).toEqual({ mainClass })
})

test('a line that is broken inside a character is joined', async () => {
  const name = Buffer.from('Main-Class: 包.类')
  const broken = Buffer.concat([name.subarray(0, 13), Buffer.from('\r\n '), name.subarray(13)])
  expect(await readJarManifest(await manifest(broken))).toEqual({ mainClass: '包.类' })
})

test('a jar without a manifest has no main class', async () => {
  expect(await readJarManifest(await jarOf({ 'a.txt': 'x' }))).toEqual({ mainClass: null })
})

test('a manifest that unpacks to 200 MB is not unpacked', async () => {
  const path = await manifest(Buffer.concat([Buffer.from('Main-Class: a.B\n'), Buffer.alloc(200 * 1024 * 1024, 'x')]))
  const before = process.memoryUsage.rss()
  expect(await readJarManifest(path)).toEqual({ mainClass: 'a.B' })
  expect(process.memoryUsage.rss() - before).toBeLessThan(50 * 1024 * 1024)
})

test('what is no jar is refused with its name and advice', async () => {
  const folder = await temporaryFolder()
  const jar = await zipOf({ 'META-INF/MANIFEST.MF': 'Main-Class: a.B\n'.repeat(50) })
  const broken = {
    text: Buffer.from('<html>no</html>'),
    empty: Buffer.alloc(0),
    cut: jar.subarray(0, -30),
    bad: Buffer.from(jar),
  }
  broken.bad.fill(0xff, 50, 60)
  for (const [name, content] of Object.entries(broken)) {
    await writeFile(join(folder, name), content)
    await expect(readJarManifest(join(folder, name)), name).rejects.toEqual(notAJar)
  }
  await expect(readJarManifest(join(folder, 'text'), 'group/app.jar')).rejects.toThrow('"group/app.jar"')
  await expect(readJarManifest(join(folder, 'absent'))).rejects.toThrow('ENOENT')
})

test('the class file version is read from the class that is named', async () => {
  const classFile = Buffer.from('cafebabe0000003d000a', 'hex')
  const path = await jarOf({
    'a/B.class': classFile,
    'a/B$C.class': Buffer.from('cafebabe00000034', 'hex'),
    'a/D.class': 'no',
  })
  expect(await readClassFileMajor(path, 'a.B')).toBe(61)
  expect(await readClassFileMajor(path, 'a.B$C')).toBe(52)
  expect(await readClassFileMajor(path, 'a.D')).toBeNull()
  expect(await readClassFileMajor(path, 'a.Missing')).toBeNull()
})
