import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOMS } from './boundaries.ts'

/** ARCHITECTURE.md with the table of rooms between its marks as tools/boundaries.ts says. */
export async function architecturePage(): Promise<string> {
  const page = await readFile(join(import.meta.dirname, '..', 'ARCHITECTURE.md'), 'utf8')
  return page.replace(
    /(<!-- rooms -->\n)[\s\S]*(\n<!-- \/rooms -->)/u,
    (_all, open, close) => `${open}${roomsTable()}${close}`,
  )
}

/** The table of rooms in Markdown, for ARCHITECTURE.md. */
export function roomsTable(): string {
  const short = (room: string) => room.replace(/^src\//u, '')
  const rows = Object.entries(ROOMS).map(([room, { holds, imports }]) => {
    const what =
      imports.length === 0
        ? 'nothing of ours'
        : imports.map((each) => (each === '*' ? 'everything' : `\`${short(each)}\``)).join(', ')
    return `| \`${short(room)}\` | ${holds} | ${what} |`
  })
  return ['| Room | What lives there | Imports |', '|---|---|---|', ...rows].join('\n')
}
