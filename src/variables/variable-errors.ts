import { Refusal } from '../lib/errors.ts'
import { quoted } from '../lib/text.ts'

export const VARIABLE_ERRORS = {
  notFound: (name: string) =>
    new Refusal('variable.notFound', {
      en: `There is no global variable ${quoted(name)} in this project (capitals matter). List the variables, or create it.`,
      zh: `当前项目中不存在全局变量 ${quoted(name)}（区分大小写）。请查询全局变量列表或创建该变量。`,
    }),
  taken: (name: string) =>
    new Refusal('variable.taken', {
      en: `There is a global variable ${quoted(name)} in this project already. Update it, or choose another name.`,
      zh: `当前项目中已存在全局变量 ${quoted(name)}。请修改该变量或更换名称。`,
    }),
  badName: (name: string) =>
    new Refusal('variable.badName', {
      en: `The name ${quoted(name)} of the global variable (var_name) is not valid. Use 1 to 128 letters, digits and "_", not only digits and not starting with "_".`,
      zh: `全局变量名称 var_name ${quoted(name)} 不合法。请使用 1 到 128 个字母、数字或“_”，不能只含数字，且不以“_”开头。`,
    }),
  badValue: (charactersMax: number) =>
    new Refusal('variable.badValue', {
      en: `The value of the global variable (var_value) is not valid. Use at most ${charactersMax} characters, and no control character but tab and line end.`,
      zh: `全局变量的值 var_value 不合法。最多 ${charactersMax} 个字符，且不含制表符和换行符以外的控制字符。`,
    }),
  tooMany: (max: number) =>
    new Refusal('variable.tooMany', {
      en: `The project has ${max} global variables, the most it may have. Delete one that is not used.`,
      zh: `项目的全局变量数已达上限（${max}）。请删除不再使用的变量。`,
    }),
}
