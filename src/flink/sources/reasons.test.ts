import { expect, test } from 'vitest'
import { mavenReason } from './maven.ts'
import { pomFor } from './maven-pom.ts'
import { pipReason } from './pypi.ts'

test('of what Maven says, one line remains that names the artifact and no address', () => {
  const missing =
    '[ERROR] Failed to execute goal on project flink-installation: Could not resolve dependencies for project headgate:flink-installation:pom:1.17.2: Could not find artifact org.apache.flink:flink-container:jar:1.17.2 in somewhere (https://mirror.example/maven2) -> [Help 1]'
  expect(mavenReason([missing, '[ERROR] '])).toBe('could not find org.apache.flink:flink-container:jar:1.17.2')

  const pom = [
    '[ERROR] [ERROR] Some problems were encountered while processing the POMs:',
    '[ERROR] Non-resolvable import POM: Could not find artifact org.apache.flink:flink-parent:pom:9.9.9 in somewhere (https://mirror.example/maven2) @ line 4, column 51',
  ]
  expect(mavenReason(pom)).toBe('could not find org.apache.flink:flink-parent:pom:9.9.9')

  const away =
    '[ERROR] Non-resolvable import POM: Could not transfer artifact org.apache.flink:flink-parent:pom:1.20.0 from/to somewhere (https://mirror.example/maven2): Connect to mirror.example:443 failed: Connection refused -> [Help 2]'
  expect(mavenReason([away])).toMatch(
    /^Could not transfer artifact org\.apache\.flink:flink-parent:pom:1\.20\.0 .*Connection refused$/,
  )
  expect(mavenReason([away])).not.toContain('https://')
  expect(mavenReason([])).toBe('Maven failed without saying why')
})

test('of what pip says, one line remains', () => {
  const lines = [
    'ERROR: Could not find a version that satisfies the requirement apache-flink-libraries==9.9.9 (from versions: 1.13.0)',
    'ERROR: No matching distribution found for apache-flink-libraries==9.9.9',
  ]
  expect(pipReason(lines, '9.9.9')).toBe('could not find apache-flink-libraries 9.9.9')
  expect(pipReason(['/usr/bin/python3: No module named pip'], '1.20.0')).toBe('python3 has no pip')
  expect(pipReason([], '1.20.0')).toBe('pip failed without saying why')
})

test('1.x gets the Scala API that its official lib has, 2.x the log layout and no Scala API', () => {
  expect(pomFor('1.20.0', '../tree')).toContain('flink-streaming-scala_2.12')
  expect(pomFor('2.3.0', '../tree')).not.toContain('flink-streaming-scala')
  expect(pomFor('2.3.0', '../tree')).toContain('log4j-layout-template-json')
  expect(pomFor('2.1.0', '../tree')).not.toContain('log4j-layout-template-json')
})
