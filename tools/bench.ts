/** `npm run bench -- <name> [arguments]`: runs bench/<name>.ts. */
const [name = ''] = process.argv.splice(2, 1)
if (!/^[a-z-]+$/u.test(name)) throw new Error('Which bench? Give the name of a file in bench/, such as start.')
await import(`../bench/${name}.ts`)
