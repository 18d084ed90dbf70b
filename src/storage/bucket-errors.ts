import { Refusal } from '../lib/errors.ts'

const shown = (text: string): string => JSON.stringify(text.slice(0, 140))

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
  badName: (bucket: string) =>
    new Refusal('bucket.badName', {
      en: `The bucket name ${shown(bucket)} is not valid. Use 1 to 63 letters, digits, ".", "_" and "-", starting with a letter or digit.`,
      zh: `桶名 ${shown(bucket)} 不合法。请使用 1 到 63 个字母、数字、“.”、“_”或“-”，且以字母或数字开头。`,
    }),
}
