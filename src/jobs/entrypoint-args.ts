import { JOB_ERRORS } from './job-errors.ts'

/**
 * Splits `entrypoint_args` into the arguments of `main`. DLI says only that several are separated by blanks; quoting is
 * Headgate's (docs/guides/job-parameters.md):
 * - blanks, tabs and line ends separate arguments;
 * - '…' keeps everything as it is;
 * - "…" keeps everything but lets a backslash escape `"` and `\`;
 * - outside quotes a backslash escapes a blank, a quote or a backslash; before anything else it is an ordinary character.
 *
 * @throws Refusal `job.argumentsUnbalanced` when a quote is never closed.
 */
export function splitArguments(text: string): string[] {
  const result: string[] = []
  let rest = text
  while (true) {
    rest = rest.replace(/^\s+/u, '')
    if (rest === '') return result
    const word = WORD.exec(rest)
    if (!word || !/^(\s|$)/u.test(rest.slice(word[0].length))) throw JOB_ERRORS.argumentsUnbalanced()
    result.push(word[0].replace(PART, unquote))
    rest = rest.slice(word[0].length)
  }
}

const PART = /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s'"\\])|(\\)|([^\s'"\\]+)/gu
const WORD = /^(?:'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\\[\s'"\\]|\\|[^\s'"\\]+)+/u

function unquote(
  _all: string,
  single: string | undefined,
  double: string | undefined,
  escaped: string | undefined,
  backslash: string | undefined,
  plain: string | undefined,
): string {
  if (double !== undefined) return double.replace(/\\(["\\])/gu, '$1')
  return single ?? escaped ?? backslash ?? plain ?? ''
}
