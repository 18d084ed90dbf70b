import packageJson from '../package.json' with { type: 'json' }

/** Headgate's own version. */
export const version: string = packageJson.version

/** No clock that is right shows less. Moved with each release. */
export const madeOn = '2026-11-01'
