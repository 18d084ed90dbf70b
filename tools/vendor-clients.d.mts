/** Types of vendor-clients.mjs, which is plain JavaScript because it runs on Node 20 before any package is there. */
export type ClientName = 'pythonSdk' | 'nodeCore' | 'fuzzer'
export function clientFolder(name: ClientName): string
export function isClientHere(name: ClientName): boolean
export function missingClients(): {
  title: string
  needsPip: boolean
  command: string[]
  prepare(): void
  finish(): void
}[]
