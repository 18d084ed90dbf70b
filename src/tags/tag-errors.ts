import { Refusal } from '../lib/errors.ts'
import { quoted } from '../lib/text.ts'

const SHOWN_MAX = 80

export const TAG_ERRORS = {
  badKey: (key: string) =>
    new Refusal('tag.badKey', {
      en: `The tag key ${quoted(key, SHOWN_MAX)} is not valid. Use up to 36 characters without = * < > \\ |, or up to 128 letters, digits, blanks and _ . : = + - @; no blank in front, and not starting with "_sys_".`,
      zh: `标签键 ${quoted(key, SHOWN_MAX)} 不合法。最多 36 个字符且不含 = * < > \\ |，或最多 128 个字母、数字、空格和 _ . : = + - @；不能以空格或“_sys_”开头。`,
    }),
  badValue: (key: string, lengthMax: number) =>
    new Refusal('tag.badValue', {
      en: `The value of the tag ${quoted(key, SHOWN_MAX)} is not valid. Use up to ${lengthMax} characters without = * < > \\ | and without a blank in front.`,
      zh: `标签 ${quoted(key, SHOWN_MAX)} 的值不合法。最多 ${lengthMax} 个字符，不含 = * < > \\ |，且不能以空格开头。`,
    }),
  tooMany: (count: number) =>
    new Refusal('tag.tooMany', {
      en: `${count} tags are too many for one resource. Use at most 20.`,
      zh: `单个资源的标签数 ${count} 超过上限。最多 20 个。`,
    }),
  resourceNotFound: (resourceId: string) =>
    new Refusal('tag.resourceNotFound', {
      en: `There is no resource ${quoted(resourceId, SHOWN_MAX)} of this type in the project. Give the number of a job, the name of a queue, or group#name of a package.`,
      zh: `当前项目中不存在该类型的资源 ${quoted(resourceId, SHOWN_MAX)}。请填写作业 ID、队列名称，或资源包的“分组#名称”。`,
    }),
  badResourceType: (type: string) =>
    new Refusal('tag.badResourceType', {
      en: `Resources of the type ${quoted(type, SHOWN_MAX)} carry no tags here. Use dli_flink_job, dli_queue or dli_package_resource.`,
      zh: `类型 ${quoted(type, SHOWN_MAX)} 的资源不支持标签。可用值：dli_flink_job、dli_queue、dli_package_resource。`,
    }),
  filterTooLong: () =>
    new Refusal('tag.badFilter', {
      en: 'The tag filter names more than 20 tags, the most that a resource can have. Name fewer.',
      zh: '标签过滤条件超过 20 个，即单个资源的上限。请减少条件。',
    }),
}
