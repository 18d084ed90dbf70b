import { Command } from 'commander'
import { linesOf } from '../../tools/machine.mjs'
import type { Config, Secrets } from '../config/config.ts'
import { examine, type Report } from '../doctor/doctor.ts'
import type { Language, Texts } from '../lib/errors.ts'
import { version } from '../version.ts'

export type DoctorCommandContext = Readonly<{
  config: Config
  secrets: Secrets
  language: Language
  print: (line: string) => void
}>

const MARKS = { ok: '✓', warning: '!', problem: '✗' } as const

/** `headgate doctor`: says what is wrong with the machine. The exit code is 0 when jobs can run, else 1. */
export function doctorCommand(context: DoctorCommandContext): Command {
  return new Command('doctor')
    .description('check the machine, say what is wrong and how to mend it; change nothing')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const report = await examine(context)
      if (options.json) context.print(toJson(report))
      else for (const line of toLines(report, context.language)) context.print(line)
      leave(report.canRunJobs ? 0 : 1)
    })
}

function toLines({ canRunJobs, findings }: Report, language: Language): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.flatMap(({ check, mark, texts }) => {
    const [english, ...chinese] = linesOf(texts, language)
    return [
      `${MARKS[mark]} ${check.padEnd(width)}  ${english}`,
      ...chinese.map((line) => `${''.padEnd(width + 4)}${line}`),
    ]
  })
  return [...lines, ...linesOf(canRunJobs ? FIT : UNFIT, language)]
}

const FIT: Texts = { en: 'Jobs can run here.', zh: '可以在此运行作业。' }
const UNFIT: Texts = {
  en: 'Jobs cannot run here until what ✗ marks is mended.',
  zh: '修复标有 ✗ 的问题后才能运行作业。',
}

function toJson({ canRunJobs, findings }: Report): string {
  const rows = findings.map(({ check, mark, texts }) => ({ check, mark, ...texts }))
  return JSON.stringify({ version, canRunJobs, findings: rows }, null, 2)
}

/**
 * Ends also while a check hangs in a dead file system. An exit would wait for the thread that hangs there; becoming
 * another program does not. Without such a thread the process has ended by then.
 */
function leave(exitCode: number): void {
  process.exitCode = exitCode
  setTimeout(() => process.execve?.('/bin/sh', ['sh', '-c', `exit ${exitCode}`]), 500).unref()
}
