import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { booleanOrText, optional, text, toBoolean } from './fields.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS_TEXT, SuccessText } from './success.ts'

const MappingItem = Type.Object({
  old_job_id: Type.Integer({ description: 'Number of the job where it was exported.' }),
  new_job_id: Type.Integer({ description: 'Number of the job here; -1: it was not imported.' }),
  remark: Type.String({ description: 'What became of it, or why it was not imported.' }),
})

export const importFlinkJobs = projectEndpoint({
  place: dliOperation('importFlinkJobs'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description:
    'Imports archives that the export wrote. Imported jobs are drafts; the limit on drafts does not hold for them.',
  body: Type.Object({
    zip_file: text('bucket/key of an archive, or bucket/directory of a folder that holds only archives.'),
    is_cover: optional(
      booleanOrText('Overwrite jobs of the same names, unless they run; they become drafts. Default false.'),
    ),
  }),
  answer: Type.Object({ is_success: SuccessText, message: Type.String(), job_mapping: Type.Array(MappingItem) }),
  async handle({ transfer }, { caller, body, language }) {
    const imported = await transfer.importJobs(caller, body.zip_file, { cover: toBoolean(body.is_cover) })
    return {
      is_success: SUCCESS_TEXT,
      message: MESSAGES.imported[language],
      job_mapping: imported.map(({ oldId, newId, remark }) => ({
        old_job_id: oldId,
        new_job_id: newId,
        remark: remark[language],
      })),
    }
  },
})
