import { Refusal } from '../lib/errors.ts'
import { quoted } from '../lib/text.ts'

const SHOWN_MAX = 80

export const PROJECT_ERRORS = {
  notFound: (what: string) =>
    new Refusal('project.notFound', {
      en: `There is no project ${what}. List your projects to see the ones you can use.`,
      zh: `项目 ${what} 不存在。请查询项目列表，确认可用的项目。`,
    }),
  notMember: (project: string, user: string) =>
    new Refusal('project.notMember', {
      en: `${quoted(user, SHOWN_MAX)} is not a member of the project ${quoted(project, SHOWN_MAX)}. List its members to see who is.`,
      zh: `${quoted(user, SHOWN_MAX)} 不是项目 ${quoted(project, SHOWN_MAX)} 的成员。请查询项目成员列表。`,
    }),
  badName: (name: string) =>
    new Refusal('project.badName', {
      en: `The project name ${quoted(name, SHOWN_MAX)} is not valid. Use 1 to 64 letters, digits, "_" and "-".`,
      zh: `项目名称 ${quoted(name, SHOWN_MAX)} 不合法。请使用 1 到 64 个字母、数字、“_”或“-”。`,
    }),
  badId: (id: string) =>
    new Refusal('project.badId', {
      en: `The project id ${quoted(id, SHOWN_MAX)} is not valid. Use 32 lower-case hexadecimal digits, or leave it out.`,
      zh: `项目 ID ${quoted(id, SHOWN_MAX)} 不合法。请使用 32 位小写十六进制数，或不填写。`,
    }),
  agencyNotFound: () =>
    new Refusal('project.agencyNotFound', {
      en: 'The project has no agency. Set its roles first (POST /v2/{project_id}/agency).',
      zh: '当前项目没有委托。请先设置委托权限（POST /v2/{project_id}/agency）。',
    }),
  badAgencyRole: (role: string, known: string) =>
    new Refusal('project.badAgencyRole', {
      en: `There is no agency role ${quoted(role, SHOWN_MAX)}. Use ${known}.`,
      zh: `不支持委托权限 ${quoted(role, SHOWN_MAX)}。可用值：${known}。`,
    }),
  taken: (name: string) =>
    new Refusal('project.taken', {
      en: `A project with the name ${name} or the same id exists already. Choose another name, or use that project.`,
      zh: `名称为 ${name} 或 ID 相同的项目已存在。请更换名称，或使用已有项目。`,
    }),
  noUserLeft: ({ first, last }: { first: number; last: number }) =>
    new Refusal('project.noUserLeft', {
      en: `Every user id from ${first} to ${last} is taken, so the jobs of this project cannot have one of their own. Give a larger range in HEADGATE_JOB_USERS.`,
      zh: `用户 ID ${first} 至 ${last} 均已被占用，无法为该项目的作业分配独立用户。请在 HEADGATE_JOB_USERS 中设置更大的范围。`,
    }),
}
