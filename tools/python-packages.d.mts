/** Types of python-packages.mjs, which is plain JavaScript because it runs on Node 20 before any package is there. */
export type PythonSet = 'vendorSdk' | 'fuzzer'
export function pythonFolder(name: PythonSet): string
export function hasPython(name: PythonSet): boolean
export function missingPython(): { title: string; command: string[]; prepare(): void; finish(): void }[]
