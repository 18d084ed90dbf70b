import { expect, test } from 'vitest'
import { mayImport, ROOMS, roomOf, SINGLE_DOORS } from '../../tools/boundaries.ts'
import { sourceFiles } from '../support/source-files.ts'

const files = sourceFiles('src').filter(({ path }) => !path.endsWith('.test.ts'))

test('every source file lies in a room, and every room has an inhabitant', () => {
  expect(files.filter(({ path }) => roomOf(path) === null).map(({ path }) => path)).toEqual([])
  expect(Object.keys(ROOMS).filter((room) => !files.some(({ path }) => roomOf(path) === room))).toEqual([])
})

test('rooms import only what tools/boundaries.ts allows; move the code or use the port instead of widening it', () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports
      .filter((target) => target.startsWith('src/') && !mayImport(roomOf(path) ?? '', target))
      .map((target) => `${path} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('a domain is entered by its index.ts', () => {
  const doors = ['access', 'projects', 'queues', 'artifacts', 'tags', 'storage']
  const wrong = files.flatMap(({ path, imports }) =>
    imports
      .filter((target) => doors.some((door) => target.startsWith(`src/${door}/`) && !target.endsWith('/index.ts')))
      .filter((target) => roomOf(path) !== roomOf(target))
      .map((target) => `${path} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('processes, the database driver, the query builder and the web framework are touched by one room each', () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports
      .filter((target) => SINGLE_DOORS[target]?.every((door) => !path.startsWith(`${door}/`) && !path.endsWith(door)))
      .map((target) => `${path} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('only main.ts hands the environment on, to config and to the tools of the user that install Flink', () => {
  const env = files.filter(({ text }) => /process\.env\b/u.test(text))
  expect(env.map(({ path }) => path).sort()).toEqual(['src/flink/run-program.ts', 'src/main.ts'])
})

test('no folders have import cycles with each other', () => {
  const edges = new Map<string, Set<string>>()
  for (const { path, imports } of files) {
    const from = roomOf(path) ?? ''
    for (const target of imports.filter((each) => each.startsWith('src/'))) {
      const to = roomOf(target) ?? ''
      if (to !== from) edges.set(from, (edges.get(from) ?? new Set()).add(to))
    }
  }
  const mutual = [...edges].flatMap(([from, targets]) =>
    [...targets].filter((to) => from < to && edges.get(to)?.has(from)).map((to) => `${from} ⇄ ${to}`),
  )
  expect(mutual).toEqual([])
})
