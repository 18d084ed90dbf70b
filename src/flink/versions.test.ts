import { expect, test } from 'vitest'
import { Refusal } from '../lib/errors.ts'
import { installedOfLine, resolveLabel, versionToInstall } from './versions.ts'

const BOTH = ['1.20.0', '2.3.0']

test.each([
  // label, installed, version, is there a note
  [null, BOTH, '1.20.0', false],
  ['', BOTH, '1.20.0', false],
  ['1.20', BOTH, '1.20.0', false],
  ['2.3', BOTH, '2.3.0', false],
  ['1.20.0', BOTH, '1.20.0', false],
  ['1.10', BOTH, '1.20.0', true],
  ['1.15', BOTH, '1.20.0', true],
  ['2.1', BOTH, '2.3.0', true],
  ['1.17.2', BOTH, '1.20.0', true],
  ['1.20.3', BOTH, '1.20.0', true],
  ['1.15', [...BOTH, '1.15.4'], '1.15.4', false],
  ['1.15', [...BOTH, '1.15.2', '1.15.4'], '1.15.4', false],
  ['1.15.3', [...BOTH, '1.15.4'], '1.15.4', true],
  ['1.17.2', [...BOTH, '1.17.2'], '1.17.2', false],
  ['1.20', [...BOTH, '1.20.5'], '1.20.0', false],
  ['1.20', ['1.20.5'], '1.20.5', false],
  ['1.12', ['1.20.5'], '1.20.5', true],
  ['2.4.0', [...BOTH, '2.4.0'], '2.4.0', false],
  ['2.4', [...BOTH, '2.4.1'], '2.4.1', false],
  ['1.20', [], '1.20.0', false],
] as const)('label %s with %j installed runs on %s', (label, installed, version, hasNote) => {
  const resolved = resolveLabel(label, installed)
  expect(resolved.version).toBe(version)
  expect(resolved.note !== null).toBe(hasNote)
})

test('the note says what was asked for, what is used, why, and how to change it', () => {
  expect(resolveLabel('1.15', BOTH).note?.en).toBe(
    'Flink 1.15 was asked for; it runs on 1.20.0 because 1.15 is not installed; to have it: headgate flink install 1.15.4 --from pypi',
  )
  expect(resolveLabel('1.17.1', BOTH).note?.en).toContain('headgate flink install 1.17.1 --from pypi')
  // Flink 1.10 cannot be had from any source, so no command is promised.
  expect(resolveLabel('1.10', BOTH).note?.en).not.toContain('install 1.10')
})

test.each(['abc', '9.9', '1', '1.21', '2.4', '1.20.0.1', '../1.20', ' 1.20', '1.020', '1.20-rc1', '2.x'])(
  'label %j is refused',
  (label) => {
    expect(() => resolveLabel(label, BOTH)).toThrow(Refusal)
  },
)

test('a refused label is shown short and on one line', () => {
  const refusal = catchRefusal(() => resolveLabel(`a\nb${'x'.repeat(10_000)}`, BOTH))
  expect(refusal.texts.en.length).toBeLessThan(300)
  expect(refusal.texts.en).not.toContain('\n')
})

test('a line is turned into the version to install, and nonsense is refused', () => {
  expect(versionToInstall('1.20')).toBe('1.20.0')
  expect(versionToInstall('1.17')).toBe('1.17.2')
  expect(versionToInstall('9.9.9')).toBe('9.9.9')
  for (const bad of ['9.9', 'latest', '../../etc', '1.20.0/..', ''])
    expect(() => versionToInstall(bad)).toThrow(Refusal)
})

test('versions of a line are compared as numbers', () => {
  expect(installedOfLine('1.13', ['1.13.9', '1.13.10', '1.14.99'])).toBe('1.13.10')
})

function catchRefusal(action: () => unknown): Refusal {
  try {
    action()
  } catch (error) {
    if (error instanceof Refusal) return error
  }
  throw new Error('no refusal came')
}
