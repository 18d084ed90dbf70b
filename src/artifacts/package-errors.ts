import { Refusal, type Texts } from '../lib/errors.ts'
import { quoted } from '../lib/text.ts'

const named = (name: string, group: string | null): string => quoted(group === null ? name : `${group}/${name}`)

export const PACKAGE_ERRORS = {
  notFound: (name: string, group: string | null) =>
    new Refusal('package.notFound', {
      en: `There is no package ${named(name, group)} in this project. List the packages, or upload it.`,
      zh: `当前项目中不存在资源包 ${named(name, group)}。请查询资源包列表，或先上传。`,
    }),
  groupNotFound: (group: string) =>
    new Refusal('package.groupNotFound', {
      en: `There is no package group ${quoted(group)} in this project. List the packages to see the groups.`,
      zh: `当前项目中不存在资源包分组 ${quoted(group)}。请查询资源包列表，确认分组名称。`,
    }),
  noneNamed: () =>
    new Refusal('package.noneNamed', {
      en: 'Neither group_name nor resource_name is given. Name a group, a package, or both.',
      zh: '未填写 group_name 和 resource_name。请填写分组名称、资源包名称，或同时填写。',
    }),
  tooMany: (max: number) =>
    new Refusal('package.tooMany', {
      en: `The project would have more than ${max} packages, the most it may have. Delete those that no job uses.`,
      zh: `项目的资源包数将超过上限（${max}）。请删除不再使用的资源包。`,
    }),
  badName: (name: string) =>
    new Refusal('package.badName', {
      en: `${quoted(name)} is not a valid package name. Use 1 to 128 letters, digits and "_", "!", "-", ".", not starting with "."; rename the object.`,
      zh: `资源包名称 ${quoted(name)} 不合法。请使用 1 到 128 个字母、数字、“_”、“!”、“-”或“.”，且不以“.”开头；请重命名对象。`,
    }),
  badGroup: (group: string) =>
    new Refusal('package.badGroup', {
      en: `${quoted(group)} is not a valid group name. Use 1 to 64 letters, digits, ".", "_" and "-".`,
      zh: `分组名称 ${quoted(group)} 不合法。请使用 1 到 64 个字母、数字、“.”、“_”或“-”。`,
    }),
  badKind: (kind: string) =>
    new Refusal('package.badKind', {
      en: `There is no package kind ${quoted(kind)}. Use jar, pyFile, file or modelFile.`,
      zh: `不支持资源包类型 ${quoted(kind)}。可用值：jar、pyFile、file、modelFile。`,
    }),
  badPathCount: (count: number, max: number) =>
    new Refusal('package.badPathCount', {
      en: `${count} paths were given. Give 1 to ${max}, each naming an object.`,
      zh: `给出了 ${count} 个路径。请给出 1 到 ${max} 个对象路径。`,
    }),
  twice: (name: string) =>
    new Refusal('package.twice', {
      en: `Two of the paths end in ${quoted(name)}, and a package is named after the end of its path. Rename one, or upload it to another group.`,
      zh: `有两个路径的末段均为 ${quoted(name)}，而资源包以路径末段命名。请重命名其一，或上传到其他分组。`,
    }),
  objectMissing: (path: string) =>
    new Refusal('package.objectMissing', {
      en: `The path ${quoted(path)} names no object of this project. Check bucket and key (capitals matter), or upload the object first.`,
      zh: `路径 ${quoted(path)} 在当前项目中没有对应的对象。请检查桶名和对象名（区分大小写），或先上传该对象。`,
    }),
}

export const ARTIFACT_ERRORS = {
  badReference: (reference: string) =>
    new Refusal('artifact.badReference', {
      en: `${quoted(reference)} names no file. Write name.jar, group/name.jar or obs://bucket/key.`,
      zh: `${quoted(reference)} 不是有效的文件引用。请使用 name.jar、group/name.jar 或 obs://桶名/对象名。`,
    }),
  notFound: (reference: string) =>
    new Refusal('artifact.notFound', {
      en: `The file ${quoted(reference)} does not exist in this project. Upload the package or the object, or correct the name (capitals matter).`,
      zh: `当前项目中不存在文件 ${quoted(reference)}。请上传资源包或对象，或更正名称（区分大小写）。`,
    }),
  notReady: (reference: string) =>
    new Refusal('artifact.notReady', {
      en: `The package ${quoted(reference)} is still being uploaded. Wait until its status is READY.`,
      zh: `资源包 ${quoted(reference)} 正在上传。请等待其状态变为 READY。`,
    }),
  failed: (reference: string, reason: Texts) =>
    new Refusal('artifact.failed', {
      en: `The upload of the package ${quoted(reference)} failed: ${reason.en} Upload it again.`,
      zh: `资源包 ${quoted(reference)} 上传失败：${reason.zh} 请重新上传。`,
    }),
  lost: (reference: string) =>
    new Refusal('artifact.lost', {
      en: `The stored file of the package ${quoted(reference)} is gone from the artifact folder. Upload the package again.`,
      zh: `资源包 ${quoted(reference)} 的文件已从存储目录中丢失。请重新上传。`,
    }),
  storeFull: (what: string) =>
    new Refusal('artifact.storeFull', {
      en: `${quoted(what)} was not stored: the disk of the artifact folder is full. Free space there and try again.`,
      zh: `${quoted(what)} 未能存储：资源目录所在磁盘已满。请清理空间后重试。`,
    }),
  notAJar: (path: string, why: string) =>
    new Refusal('artifact.notAJar', {
      en: `The file ${quoted(path)} is not a jar (${why}). Build it again, and upload the jar itself rather than a page or a part of it.`,
      zh: `文件 ${quoted(path)} 不是有效的 jar（${why}）。请重新构建，并上传完整的 jar 文件。`,
    }),
}

/** Why an upload in the background failed, when it was nothing that a user can read elsewhere. */
export const UNKNOWN_FAILURE: Texts = {
  en: 'The file could not be copied; the log of the service has the details.',
  zh: '文件复制失败，详情请查看服务日志。',
}
