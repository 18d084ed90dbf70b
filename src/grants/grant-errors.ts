import { Refusal, type Texts } from '../lib/errors.ts'
import { quoted } from '../lib/text.ts'
import { meantOn, type Needed, type ThingName } from './grant.ts'

/** `job 7`, `the queue "q1"`: a thing in words. */
export function inWords(thing: ThingName): Texts {
  if (thing.kind === 'job') return { en: `job ${thing.id}`, zh: `作业 ${thing.id}` }
  const name = quoted(thing.kind === 'package' && thing.group !== null ? `${thing.group}/${thing.name}` : thing.name)
  const { en, zh } = KINDS[thing.kind]
  return { en: `the ${en} ${name}`, zh: `${zh} ${name}` }
}

const KINDS: Readonly<Record<Exclude<ThingName['kind'], 'job'>, Texts>> = {
  queue: { en: 'queue', zh: '队列' },
  group: { en: 'package group', zh: '资源包分组' },
  package: { en: 'package', zh: '资源包' },
}

const DEEDS: Readonly<Record<Needed, Texts>> = {
  view: { en: 'see', zh: '查看' },
  use: { en: 'use', zh: '使用' },
  update: { en: 'change', zh: '更新' },
  delete: { en: 'delete', zh: '删除' },
  start: { en: 'start', zh: '启动' },
  stop: { en: 'stop', zh: '停止' },
  export: { en: 'export', zh: '导出' },
  submit: { en: 'run jobs on', zh: '提交作业到' },
  cancel: { en: 'stop jobs on', zh: '终止作业于' },
  restart: { en: 'restart', zh: '重启' },
  scale: { en: 'scale', zh: '扩缩容' },
  grant: { en: 'give rights on', zh: '授予权限于' },
  revoke: { en: 'take back rights on', zh: '回收权限于' },
  showRights: { en: 'see who may do what with', zh: '查看权限于' },
  any: { en: 'see', zh: '查看' },
  ownership: { en: 'change', zh: '更改' },
}

export const GRANT_ERRORS = {
  denied: (asked: Needed, thing: ThingName) => {
    const what = inWords(thing)
    const needed = meantOn(thing.kind, asked)
    const deed = DEEDS[needed]
    const [byEn, byZh] =
      needed === 'ownership'
        ? ['Ask its owner or an administrator of the project to do it.', '请由其所有者或项目管理员操作。']
        : ['Its owner or an administrator of the project can give you that right.', '请联系其所有者或项目管理员授权。']
    return new Refusal('grant.denied', {
      en: `You may not ${deed.en} ${what.en}. ${byEn}`,
      zh: `您没有权限${deed.zh}${what.zh}。${byZh}`,
    })
  },
  adminsOnly: () =>
    new Refusal('grant.adminsOnly', {
      en: 'Only administrators of the project may do this. Ask one of them to do it, or to make you one.',
      zh: '仅项目管理员可执行该操作。请联系项目管理员。',
    }),
  thingMissing: (thing: ThingName) => {
    const what = inWords(thing)
    return new Refusal('grant.thingMissing', {
      en: `There is no such thing in this project as ${what.en}. Check the name.`,
      zh: `当前项目中不存在${what.zh}。请检查名称。`,
    })
  },
  userMissing: (name: string) =>
    new Refusal('grant.userMissing', {
      en: `There is no user ${quoted(name)} in this project. Make the user a member first.`,
      zh: `当前项目中不存在用户 ${quoted(name)}。请先将其加入项目。`,
    }),
  ofOwner: (name: string, thing: ThingName) => {
    const what = inWords(thing)
    return new Refusal('grant.ofOwner', {
      en: `${quoted(name)} owns ${what.en}; an owner keeps every right. Leave the owner out.`,
      zh: `${quoted(name)} 是${what.zh}的所有者，不能回收所有者的权限。`,
    })
  },
  nothingGiven: () =>
    new Refusal('grant.nothingGiven', {
      en: 'No privileges are named. Name at least one; only "update" takes an empty list, which takes back all.',
      zh: '未指定权限。请至少指定一项；仅“update”可使用空列表，表示回收全部权限。',
    }),
} as const
