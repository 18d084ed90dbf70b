/** A text of the project that its jobs are launched with, in place of `{{name}}` (DLI: global variables). */
export type Variable = Readonly<{
  id: number
  projectId: string
  name: string
  /** Null: sensitive, and so shown to nobody. */
  value: string | null
  ownerId: string
  ownerName: string
  createdAt: Date
  updatedAt: Date
}>

export type NewVariable = Readonly<{ name: string; value: string; isSensitive: boolean }>

/** What a name stands for in one launch. */
export type LaunchValue = Readonly<{ name: string; value: string; isSensitive: boolean }>

/** A name between double braces; braces around anything else are ordinary text. */
const MENTION = /\{\{([A-Za-z0-9_]{1,128})\}\}/gu

/** Letters, digits and `_`; not only digits and not `_` in front. */
export function isVariableName(name: string): boolean {
  return /^(?!_)(?!\d+$)[A-Za-z0-9_]{1,128}$/u.test(name)
}

/** The names a text mentions, each once, in their order. */
export function namesIn(text: string): string[] {
  const mentioned = [...text.matchAll(MENTION)].map(([, name = '']) => name)
  return [...new Set(mentioned)].filter(isVariableName)
}

/** The text with values in place of names; a value is not looked through again, a name without a value stays. */
export function fillIn(text: string, values: readonly LaunchValue[]): string {
  return text.replace(MENTION, (mention, name: string) => values.find((each) => each.name === name)?.value ?? mention)
}
