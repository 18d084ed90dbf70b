import { OPTIONS } from '../../src/config/options.ts'

/** docs/guides/configuration.md */
export function configurationGuide(): string {
  const rows = Object.entries(OPTIONS).map(([name, { text, byDefault }]) => `| \`${name}\` | ${text} | ${byDefault} |`)
  return [
    '# Settings',
    '',
    'Settings are environment variables. All that is wrong with them is reported at the start, in one message. (This page is',
    'generated from `src/config/options.ts`.)',
    '',
    '| Variable | Meaning | Default |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}
