import type { ProjectCaller } from '../access/index.ts'
import type { Database, Reader, Tx } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { CONTROL, countCharacters } from '../lib/text.ts'
import { canOpenLaunchValues, canOpenValue, openValue, sealValue } from './sealed-value.ts'
import { isVariableName, type NewVariable, type Variable } from './variable.ts'
import { VARIABLE_ERRORS } from './variable-errors.ts'
import {
  countVariables,
  deleteLaunchValues,
  deleteVariable,
  insertVariable,
  readAllLaunchValues,
  readAllVariables,
  readVariableNames,
  readVariables,
  type StoredVariable,
  updateVariable,
} from './variable-store.ts'

export type VariablesOptions = Readonly<{
  database: Database
  clock: Clock
  sealingKey: Buffer
  variablesMax?: number
}>

/** The global variables of projects. What is changed counts from the next start of a job on. */
export interface Variables {
  /** @throws Refusal `variable.badName`, `variable.badValue`, `variable.taken`, `variable.tooMany` */
  create(caller: ProjectCaller, wanted: NewVariable): Promise<void>
  /** In the order they were made; `total` counts all of them. */
  list(projectId: string, page: { limit: number; offset: number }): Promise<{ total: number; variables: Variable[] }>
  /** @throws Refusal `variable.notFound`, `variable.badValue` */
  update(projectId: string, name: string, value: string): Promise<void>
  /** @throws Refusal `variable.notFound` */
  remove(projectId: string, name: string): Promise<void>
  /** Removes what was sealed with a key that is lost; the rest stays. */
  forgetLost(): Promise<void>
  /** Those of the names that no variable has. */
  missing(projectId: string, names: readonly string[]): Promise<string[]>
}

export const VARIABLES_MAX = 1000
const VALUE_CHARACTERS_MAX = 10_000

export function createVariables(options: VariablesOptions): Variables {
  const { database, clock, sealingKey } = options
  return {
    create: (caller, wanted) => create(options, caller, wanted),
    list: async (projectId, page) => ({
      total: await countVariables(database.db, projectId),
      variables: (await readVariables(database.db, projectId, page)).map((each) => shown(each, sealingKey)),
    }),
    update: async (projectId, name, value) => {
      checkValue(value)
      const change = { valueSealed: sealValue(sealingKey, { projectId, name }, value), updatedAt: clock.now() }
      const isThere = await database.transact((tx) => updateVariable(tx, projectId, name, change))
      if (!isThere) throw VARIABLE_ERRORS.notFound(name)
    },
    forgetLost: () => database.transact((tx) => forgetLost(tx, sealingKey)),
    remove: async (projectId, name) => {
      const wasThere = await database.transact((tx) => deleteVariable(tx, projectId, name))
      if (!wasThere) throw VARIABLE_ERRORS.notFound(name)
    },
    missing: (projectId, names) => namesWithout(database.db, projectId, names),
  }
}

async function create(
  { database, clock, sealingKey, variablesMax = VARIABLES_MAX }: VariablesOptions,
  { projectId, userId: ownerId }: ProjectCaller,
  { name, value, isSensitive }: NewVariable,
): Promise<void> {
  if (!isVariableName(name)) throw VARIABLE_ERRORS.badName(name)
  checkValue(value)
  const at = clock.now()
  const valueSealed = sealValue(sealingKey, { projectId, name }, value)
  await database.transact(async (tx) => {
    if ((await countVariables(tx.db, projectId)) >= variablesMax) throw VARIABLE_ERRORS.tooMany(variablesMax)
    const row = { projectId, name, valueSealed, isSensitive, ownerId, createdAt: at, updatedAt: at }
    await insertVariable(tx, row).catch((error: unknown) => {
      throw database.quirks.isUniqueViolation(error) ? VARIABLE_ERRORS.taken(name) : error
    })
  })
}

async function namesWithout(reader: Reader, projectId: string, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return []
  const known = new Set(await readVariableNames(reader, projectId))
  return names.filter((name) => !known.has(name))
}

function checkValue(value: string): void {
  const isGood = countCharacters(value) <= VALUE_CHARACTERS_MAX && value.isWellFormed() && !CONTROL.test(value)
  if (!isGood) throw VARIABLE_ERRORS.badValue(VALUE_CHARACTERS_MAX)
}

function shown({ valueSealed, isSensitive, ...rest }: StoredVariable, sealingKey: Buffer): Variable {
  return { ...rest, value: isSensitive ? null : openValue(sealingKey, { valueSealed, ...rest }) }
}

async function forgetLost(tx: Tx, key: Buffer): Promise<void> {
  for (const variable of await readAllVariables(tx.db)) {
    if (!canOpenValue(key, variable)) await deleteVariable(tx, variable.projectId, variable.name)
  }
  const launches = await readAllLaunchValues(tx.db)
  const lost = launches.filter(({ attemptId, sealed }) => !canOpenLaunchValues(key, attemptId, sealed))
  await deleteLaunchValues(
    tx,
    lost.map(({ attemptId }) => attemptId),
  )
}
