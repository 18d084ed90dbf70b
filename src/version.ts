import packageJson from '../package.json' with { type: 'json' }

/** Headgate's own version. */
export const version: string = packageJson.version
