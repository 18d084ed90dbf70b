import { ROOMS } from './boundaries.ts'

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
