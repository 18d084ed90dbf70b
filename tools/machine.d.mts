/** Types of machine.mjs, which is plain JavaScript because it runs on Node 20 before any package is there. */
export type Jdk = Readonly<{ home: string | null; others: readonly Readonly<{ home: string; why: string }>[] }>
export type Missing = Readonly<{
  what: string
  packages: Readonly<Record<string, string>> | null
  isOptional?: boolean
}>

export function findProgram(name: string, path?: string): string | null
export function findJdk(jvmFolder?: string, environment?: Readonly<Record<string, string | undefined>>): Jdk
export function findPostgres(folder?: string, path?: string): string | null
export function findMissing(needs: { needsMaven: boolean; needsPostgres?: boolean; jdk: Jdk }): Missing[]
export function packageManager(): string | null
export function installCommand(missing: readonly Missing[], manager?: string | null): string[] | null
