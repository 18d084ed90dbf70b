import type { Texts } from '../../lib/errors.ts'

/** What answers say when all went well; where the vendor's documents print a text, it is theirs. */
export const MESSAGES = {
  created: { en: 'A Flink job is created successfully.', zh: '新建flink作业成功' },
  updated: { en: 'The Flink job is updated successfully.', zh: '更新flink作业成功' },
  listed: { en: '', zh: '' },
  shown: { en: 'The job information query succeeds.', zh: '作业详情查询成功' },
  runAccepted: {
    en: 'The request for submitting DLI jobs is delivered successfully.',
    zh: '提交DLI作业的请求已下发成功。',
  },
  stopAccepted: {
    en: 'The request for stopping DLI jobs is delivered successfully.',
    zh: '停止DLI作业的请求已下发成功。',
  },
  deleted: { en: 'deleted', zh: '删除成功' },
  savepointAccepted: {
    en: 'The request for a savepoint is delivered successfully.',
    zh: '创建保存点的请求已下发成功。',
  },
  exported: { en: 'The jobs are exported successfully.', zh: '导出作业成功' },
  imported: { en: 'The jobs are imported successfully.', zh: '导入作业成功' },
  savepointImported: { en: 'The savepoint is imported successfully.', zh: '导入保存点成功。' },
  metricsShown: { en: '', zh: '' },
  graphShown: { en: '', zh: '' },
} as const satisfies Record<string, Texts>

/** The text for authorised buckets, which names them. */
export function bucketsAuthorized(buckets: readonly string[]): Texts {
  return {
    en: `Authorized the OBS bucket(s) ${buckets.join(', ')}.`,
    zh: `已授权OBS桶：${buckets.join('、')}。`,
  }
}
