import { expect, test } from 'vitest'
import { readCounters } from './counters.ts'
import type { FlinkRest } from './flink-rest.ts'

const ID = '0123456789abcdef0123456789abcdef'

/** Flink's answers by path, as those of 2.3 and 1.20 are; a path that is not here is a 404. */
function flink(vertices: Record<string, { name: string; sums: Record<string, number> }>) {
  const asked: string[] = []
  const read = async (_port: number, path: string): Promise<unknown> => {
    asked.push(path)
    if (path === `/jobs/${ID}`) return { vertices: Object.entries(vertices).map(([id, { name }]) => ({ id, name })) }
    const [, id = '', query = ''] = /^\/jobs\/\w+\/vertices\/(\w+)\/subtasks\/metrics(\?.*)?$/u.exec(path) ?? []
    const sums = Object.entries(vertices[id]?.sums ?? {})
    if (query === '')
      return [...sums.map(([name]) => ({ id: name })), { id: 'numRecordsOut' }, { id: 'Shuffle.Netty.x' }]
    const get = new URLSearchParams(query).get('get')?.split(',') ?? []
    return sums.filter(([name]) => get.includes(name)).map(([name, sum]) => ({ id: name, sum }))
  }
  return { asked, rest: { read } as unknown as FlinkRest }
}

test('sources count what they give out, sinks what they take in, by the names that the program gave them', async () => {
  const { rest, asked } = flink({
    aa: {
      name: 'Source: Sequence Source -> Map',
      sums: {
        'Source__Sequence_Source.numRecordsOut': 2550,
        'Source__Sequence_Source.numRecordsOutPerSecond': 12.5,
        'Source__Sequence_Source.numRecordsInErrors': 3,
        'Source__Sequence_Source.numRecordsIn': 0,
        'Source__Sequence_Source.split.1.watermark.numRecordsOut': 8,
        'Map.numRecordsOut': 2549,
      },
    },
    bb: {
      name: 'KeyedProcess -> (Sink: Print to Std. Out, out: Writer)',
      sums: {
        'KeyedProcess.numRecordsIn': 9,
        'Sink__Print_to_Std__Out.numRecordsIn': 5,
        'out__Writer.numRecordsIn': 7,
        'out__Writer.numRecordsInPerSecond': 1,
        'out__Writer.numRecordsSendErrors': 2,
      },
    },
    cc: { name: 'Sink: Committer', sums: { 'Sink__Committer.numRecordsIn': 4 } },
    dd: { name: 'Map', sums: { 'Map.numRecordsIn': 4 } },
  })
  expect(await readCounters(rest, 1, ID)).toEqual({
    sources: [{ name: 'Source: Sequence Source', records: 2550, corruptedRecords: 3, recordsPerSecond: 12.5 }],
    sinks: [
      { name: 'Sink: Print to Std. Out', records: 5, corruptedRecords: 0, recordsPerSecond: 0 },
      { name: 'out: Writer', records: 7, corruptedRecords: 2, recordsPerSecond: 1 },
    ],
  })
  expect(asked.some((path) => path.includes('/dd/'))).toBe(false)
})

test('of a job that Flink has not counted yet there are none', async () => {
  const { rest } = flink({ aa: { name: 'Source: a -> Sink: b', sums: {} } })
  expect(await readCounters(rest, 1, ID)).toEqual({ sources: [], sinks: [] })
  expect(await readCounters(flink({}).rest, 1, ID)).toEqual({ sources: [], sinks: [] })
})

test('of a job with very many vertices so many are asked as can be in good time', async () => {
  const vertex = { name: 'Source: a', sums: { 'Source__a.numRecordsOut': 1 } }
  const { rest, asked } = flink(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`v${index}`, vertex])))
  expect((await readCounters(rest, 1, ID)).sources).toHaveLength(50)
  expect(asked).toHaveLength(101)
})
