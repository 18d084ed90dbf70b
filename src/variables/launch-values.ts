import type { Database, Reader, Tx } from '../db/database.ts'
import { openLaunchValues, openValue, sealLaunchValues } from './sealed-value.ts'
import type { LaunchValue } from './variable.ts'
import { deleteLaunchValues, insertLaunchValues, readLaunchValues, readVariablesNamed } from './variable-store.ts'

/**
 * What the variables of a launch stand for. The values are chosen when a run of a job begins and recorded, sealed, with
 * each of its attempts: a repeated launch and a restart are the same launch, whatever became of the variables since.
 * docs/decisions/0010-variables-belong-to-the-run.md
 */
export interface LaunchValues {
  /** What the names stand for now; null when one of them stands for nothing. */
  choose(reader: Reader, projectId: string, names: readonly string[]): Promise<LaunchValue[] | null>
  record(tx: Tx, attemptId: string, values: readonly LaunchValue[]): Promise<void>
  /** What was recorded with the attempt. */
  of(reader: Reader, attemptId: string): Promise<LaunchValue[]>
  /** The sensitive ones of them, for hiding them wherever texts of the attempt are shown. */
  secretsOf(attemptId: string): Promise<string[]>
  forget(attemptIds: readonly string[]): Promise<void>
}

export function createLaunchValues({
  database,
  sealingKey,
}: Readonly<{ database: Database; sealingKey: Buffer }>): LaunchValues {
  const of = async (reader: Reader, attemptId: string): Promise<LaunchValue[]> => {
    const sealed = await readLaunchValues(reader, attemptId)
    return sealed === null ? [] : openLaunchValues(sealingKey, attemptId, sealed)
  }
  return {
    of,
    choose: async (reader, projectId, names) => {
      const found = await readVariablesNamed(reader, projectId, names)
      const values = found.map((each) => ({
        name: each.name,
        value: openValue(sealingKey, each),
        isSensitive: each.isSensitive,
      }))
      return values.length === names.length ? values : null
    },
    record: async (tx, attemptId, values) => {
      if (values.length > 0) await insertLaunchValues(tx, attemptId, sealLaunchValues(sealingKey, attemptId, values))
    },
    secretsOf: async (attemptId) =>
      (await of(database.db, attemptId)).filter(({ isSensitive }) => isSensitive).map(({ value }) => value),
    forget: (attemptIds) => database.transact((tx) => deleteLaunchValues(tx, attemptIds)),
  }
}
