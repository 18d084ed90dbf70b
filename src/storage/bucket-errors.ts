import { Refusal } from '../lib/errors.ts'
import { OBJECT_ERRORS } from './object-errors.ts'

export const BUCKET_ERRORS = {
  noneGiven: () =>
    new Refusal('bucket.noneGiven', {
      en: 'No bucket was named. Name at least one.',
      zh: '未指定桶。请至少指定一个桶。',
    }),
  tooMany: (max: number) =>
    new Refusal('bucket.tooMany', {
      en: `More than ${max} buckets were named at once. Send them in several requests.`,
      zh: `一次指定的桶超过 ${max} 个。请分多次请求。`,
    }),
  badName: (bucket: string) => new Refusal('bucket.badName', OBJECT_ERRORS.badBucket(bucket).texts),
}
