import { Refusal } from '../lib/errors.ts'
import { quoted } from '../lib/text.ts'

export const TRANSFER_ERRORS = {
  noFolder: (path: string) =>
    new Refusal('transfer.noFolder', {
      en: `obs_dir ${quoted(path)} names no folder. Give bucket or bucket/directory, with or without obs:// in front.`,
      zh: `obs_dir ${quoted(path)} 不是有效的目录。请使用 桶名 或 桶名/目录，可带 obs:// 前缀。`,
    }),
  noneSelected: () =>
    new Refusal('transfer.noneSelected', {
      en: 'job_selected is missing although is_selected is true. Give the numbers of the jobs, or is_selected false for all jobs.',
      zh: 'is_selected 为 true 时缺少 job_selected。请提供作业ID，或将 is_selected 设为 false 以导出全部作业。',
    }),
  nothingThere: (path: string) =>
    new Refusal('transfer.nothingThere', {
      en: `zip_file ${quoted(path)} is neither an object nor a folder of objects in this project. Check bucket and key (capitals matter), or upload it.`,
      zh: `zip_file ${quoted(path)} 在当前项目中既不是对象也不是包含对象的目录。请检查桶名和对象名（区分大小写），或先上传。`,
    }),
  notAZip: (key: string) =>
    new Refusal('transfer.notAZip', {
      en: `The folder holds ${quoted(key)}, which is no .zip file. A folder to import may hold zip files only; move the others away.`,
      zh: `目录中包含非 .zip 文件 ${quoted(key)}。导入目录只能包含zip文件，请移走其他文件。`,
    }),
  unreadable: (key: string, why: string) =>
    new Refusal('transfer.unreadable', {
      en: `${quoted(key)} cannot be imported: ${why}. Nothing was imported. Export the jobs again, or take the file away.`,
      zh: `${quoted(key)} 无法导入（${why}），未导入任何作业。请重新导出作业，或移走该文件。`,
    }),
  tooLarge: (key: string, limit: string) =>
    new Refusal('transfer.tooLarge', {
      en: `${quoted(key)} is more than one import may bring (${limit}). Nothing was imported. Import in several parts.`,
      zh: `${quoted(key)} 超过单次导入的上限（${limit}），未导入任何作业。请分多次导入。`,
    }),
  nameTwice: (name: string) =>
    new Refusal('transfer.nameTwice', {
      en: `The name exists twice in what is to be imported: ${quoted(name)}. Nothing was imported. Leave one of the two jobs out.`,
      zh: `待导入的作业中名称重复：${quoted(name)}，未导入任何作业。请移除其中一个。`,
    }),
}
