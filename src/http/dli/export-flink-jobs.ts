import { Type } from 'typebox'
import { TRANSFER_ERRORS } from '../../transfer/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { booleanOrText, optional, text, toBoolean } from './fields.ts'
import { toJobId } from './job-id.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS_TEXT, SuccessText } from './success.ts'

const SELECTED_MAX = 10_000

export const exportFlinkJobs = projectEndpoint({
  place: dliOperation('exportFlinkJobs'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description:
    'Writes the definitions of jobs into zip archives. They hold no secrets: global variables stand in them by name.',
  body: Type.Object({
    obs_dir: text('bucket or bucket/directory, with or without obs:// in front.'),
    is_selected: booleanOrText('false: all jobs of the project that the caller may export.'),
    job_selected: optional(
      Type.Array(Type.Union([Type.Integer(), Type.String()]), {
        maxItems: SELECTED_MAX,
        description: 'Numbers of the jobs; mandatory when is_selected is true.',
      }),
    ),
  }),
  answer: Type.Object({
    is_success: SuccessText,
    message: Type.String(),
    zip_file: Type.Array(Type.String(), {
      description: '<obs_dir>/aggregate_<ms>.zip; more than one beyond 10 000 jobs or 256 MiB.',
    }),
  }),
  async handle({ transfer }, { caller, body, language }) {
    const selected = toBoolean(body.is_selected) ? (body.job_selected ?? []).map(toJobId) : null
    if (selected?.length === 0) throw TRANSFER_ERRORS.noneSelected()
    const archives = await transfer.exportJobs(caller, body.obs_dir, selected)
    return { is_success: SUCCESS_TEXT, message: MESSAGES.exported[language], zip_file: archives }
  },
})
