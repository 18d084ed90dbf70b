import { Command } from 'commander'
import { Refusal } from '../lib/errors.ts'
import { type Client, type ClientOptions, createClient } from './client.ts'

export type DebugCommandContext = Readonly<{ client: ClientOptions; print: (line: string) => void }>

/** `headgate debug decide <job id>`: what a running service knows of a job and would do now. Nothing is done. */
export function debugCommand({ client, print }: DebugCommandContext): Command {
  const debug = new Command('debug').description('look into a running service')
  debug
    .command('decide')
    .description('what the service knows of a job and would do now, without doing it')
    .argument('<job id>')
    .option('--json', 'print JSON')
    .action(async (jobId: string, options: { json?: boolean }) => {
      const explained = await findDecision(createClient(client), jobId)
      for (const line of options.json ? [JSON.stringify(explained, null, 2)] : outline(explained)) print(line)
    })
  return debug
}

/** Ids of jobs are unique over all projects, so the first project that knows it has it. */
async function findDecision(client: Client, jobId: string): Promise<unknown> {
  for (const projectId of await client.projectIds()) {
    const decision = await client.get(`/api/v1/${projectId}/jobs/${encodeURIComponent(jobId)}/decision`)
    if (decision !== null) return decision
  }
  throw notFound(jobId)
}

/** One line for each value, indented below its name. */
export function outline(value: unknown, indent = ''): string[] {
  return Object.entries(value ?? {}).flatMap(([name, each]) => {
    const isNested = typeof each === 'object' && each !== null && Object.keys(each).length > 0
    if (isNested) return [`${indent}${name}`, ...outline(each, `${indent}  `)]
    return [`${indent}${name}  ${each === null || typeof each === 'object' ? '–' : String(each)}`]
  })
}

function notFound(jobId: string): Refusal {
  return new Refusal('cli.jobNotFound', {
    en: `There is no job ${jobId} in the projects of this access key. List the jobs, or use the key of another user.`,
    zh: `该访问密钥所属的项目中没有作业 ${jobId}。请查看作业列表，或使用其他用户的密钥。`,
  })
}
