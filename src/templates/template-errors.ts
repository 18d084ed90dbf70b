import { Refusal } from '../lib/errors.ts'
import { quoted } from '../lib/text.ts'

export const TEMPLATE_ERRORS = {
  notFound: (id: number | string) =>
    new Refusal('template.notFound', {
      en: `There is no template ${quoted(String(id))} in this project. List the templates to find its number.`,
      zh: `当前项目中不存在模板 ${quoted(String(id))}。请查询模板列表获取模板ID。`,
    }),
  nameTaken: (name: string) =>
    new Refusal('template.nameTaken', {
      en: `There is a template named ${quoted(name)} in this project already. Choose another name.`,
      zh: `当前项目中已存在名为 ${quoted(name)} 的模板。请更换名称。`,
    }),
  nameEmpty: () =>
    new Refusal('template.nameEmpty', {
      en: 'The name of the template is empty. Give 1 to 64 characters.',
      zh: '模板名称为空。请输入 1 到 64 个字符。',
    }),
  nameTooLong: () =>
    new Refusal('template.nameTooLong', {
      en: 'The name of the template is longer than 64 characters. Shorten it.',
      zh: '模板名称超过 64 个字符。请缩短名称。',
    }),
  nameBadCharacter: (name: string) =>
    new Refusal('template.nameBadCharacter', {
      en: `The name ${quoted(name)} holds a character that is not allowed. Use Chinese characters, letters, digits, "_" and "-".`,
      zh: `模板名称 ${quoted(name)} 含有不允许的字符。只能使用中文、字母、数字、下划线和中划线。`,
    }),
  descriptionTooLong: () =>
    new Refusal('template.descriptionTooLong', {
      en: 'The description (desc) of the template is longer than 512 characters. Shorten it.',
      zh: '模板描述 desc 超过 512 个字符。请缩短描述。',
    }),
  sqlTooLong: (max: number) =>
    new Refusal('template.sqlTooLong', {
      en: `The sql_body of the template is longer than ${max} characters. Shorten it.`,
      zh: `模板的 sql_body 超过 ${max} 个字符。请缩短SQL。`,
    }),
  tooMany: (max: number) =>
    new Refusal('template.tooMany', {
      en: `The project has ${max} templates, the most it may have. Delete one that is not used.`,
      zh: `项目的模板数已达上限（${max}）。请删除不再使用的模板。`,
    }),
}
