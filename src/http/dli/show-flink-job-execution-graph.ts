import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { toJobId } from './job-id.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS_TEXT, SuccessText } from './success.ts'

export const showFlinkJobExecutionGraph = projectEndpoint({
  place: dliOperation('showFlinkJobExecutionGraph'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description: "Flink's own answer about the newest run, unchanged; of an ended run the last that Flink told.",
  answer: Type.Object({
    is_success: SuccessText,
    message: Type.String(),
    execute_graph: Type.Unknown({ description: "The answer of Flink's GET /jobs/<jid>." }),
  }),
  async handle({ jobs }, { caller, params, language }) {
    const id = toJobId(params.job_id)
    const graph = await jobs.executionGraph(caller.projectId, id)
    if (graph === null || graph === undefined) throw REQUEST_ERRORS.noGraph(id)
    return { is_success: SUCCESS_TEXT, message: MESSAGES.graphShown[language], execute_graph: graph }
  },
})
