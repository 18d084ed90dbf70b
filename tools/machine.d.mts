/** Types of machine.mjs, which is plain JavaScript because it runs on Node 20 before any package is there. */
export type Texts = Readonly<{ en: string; zh: string }>
export type OtherJdk = Readonly<{ home: string; why: Texts }>
export type Jdk = Readonly<
  { others: readonly OtherJdk[] } & ({ home: string; version: string } | { home: null; version: null })
>
export type Missing = Readonly<{
  what: Texts
  packages: Readonly<Record<string, string>> | null
  isOptional?: boolean
}>

export function findProgram(name: string, path?: string): string | null
export function findJdk(jvmFolder?: string, environment?: Readonly<Record<string, string | undefined>>): Jdk
export function findPip(path?: string): string | null
export function findPostgres(folder?: string, path?: string): string | null
export function findChromium(path?: string): string | null
export function findMissing(needs: {
  needsMaven: boolean
  needsPostgres?: boolean
  needsChromium?: boolean
  needsJava?: boolean
  needsPip?: boolean
  jdk: Jdk
}): Missing[]
export function packageManager(): string | null
export function installCommand(missing: readonly Missing[], manager?: string | null): string[] | null
export function missingJdk(others: readonly OtherJdk[]): Missing
export const MISSING_MAVEN: Missing
export const MISSING_PIP: Missing
export function adviceFor(missing: Missing): Texts
export function languageOf(environment: Readonly<Record<string, string | undefined>>): 'en' | 'zh'
export function linesOf(texts: Texts, language: 'en' | 'zh'): string[]
