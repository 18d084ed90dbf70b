import type { Texts } from '../lib/errors.ts'
import { checkTags, type TagRules } from '../tags/index.ts'
import { CIDR_PROPERTY, checkCidr } from './cidr.ts'
import type { NewQueue, Queue, QueueType } from './queue.ts'
import { QUEUE_ERRORS } from './queue-errors.ts'

/** Everything of a queue that its creator decides, checked and with the defaults filled in. */
export type QueueSettings = Omit<
  Queue,
  'id' | 'resourceId' | 'projectId' | 'cuSpec' | 'busyCus' | 'scaling' | 'ownerId' | 'ownerName' | 'createdAt'
>

/** CUs come in multiples of it. */
export const CU_STEP = 16
const DEFAULT_CIDR = '172.16.0.0/12'
const ENGINES = ['spark', 'hetuEngine']

/** @throws Refusal `queue.bad…`, `queue.tooManyCus`, `tag.…` */
export function toQueueSettings(wanted: NewQueue, maxCus: number, tagRules: TagRules): QueueSettings {
  const type = oneOf(TEXTS.type, wanted.type ?? 'sql', ['sql', 'general'] satisfies QueueType[])
  const cuCount = checkCuCount(wanted.cuCount, maxCus)
  const properties = checkProperties(wanted.properties ?? {})
  return {
    name: checkName(wanted.name),
    type,
    description: checkDescription(wanted.description ?? ''),
    cuCount,
    resourceMode: oneOf(TEXTS.resourceMode, wanted.resourceMode ?? 0, [0, 1]),
    chargingMode: oneOf(TEXTS.chargingMode, wanted.chargingMode ?? 1, [0, 1, 2]),
    engine: type === 'sql' ? oneOf(TEXTS.engine, wanted.engine ?? 'spark', ENGINES) : null,
    platform: oneOf(TEXTS.platform, wanted.platform ?? 'x86_64', ['x86_64', 'aarch64']),
    feature: wanted.feature ? oneOf(TEXTS.feature, wanted.feature, ['basic', 'ai']) : null,
    labels: checkLabels(wanted.labels ?? []),
    enterpriseProjectId: shortText(TEXTS.enterpriseProject, wanted.enterpriseProjectId ?? '0'),
    elasticResourcePoolName: shortText(TEXTS.pool, wanted.elasticResourcePoolName ?? '') || null,
    properties,
    cidrInVpc: checkCidr(properties[CIDR_PROPERTY] ?? DEFAULT_CIDR, cuCount),
    tags: checkTags(wanted.tags, tagRules),
  }
}

/** Names are the same whatever their capitals; the lower-case form is the one that is kept. */
export function toQueueName(name: string): string {
  return name.toLowerCase()
}

function checkName(name: string): string {
  if (!/^(?!\d+$)[A-Za-z0-9][A-Za-z0-9_]{0,127}$/.test(name)) throw QUEUE_ERRORS.badName(name)
  return toQueueName(name)
}

function checkDescription(description: string): string {
  const isGood = Buffer.byteLength(description) <= 256 && !/[^\P{Cc}\n\r\t]|\p{Cs}/u.test(description)
  if (!isGood) throw QUEUE_ERRORS.badDescription()
  return description
}

function checkCuCount(cuCount: number, max: number): number {
  if (!Number.isInteger(cuCount) || cuCount < CU_STEP || cuCount % CU_STEP !== 0) {
    throw QUEUE_ERRORS.badCuCount(cuCount)
  }
  if (cuCount > max) throw QUEUE_ERRORS.tooManyCus(cuCount, max)
  return cuCount
}

function checkLabels(labels: readonly string[]): readonly string[] {
  if (labels.length > 20) throw QUEUE_ERRORS.badField(TEXTS.labels, ALLOWED_SHORT)
  return labels.map((label) => shortText(TEXTS.labels, label))
}

/** @throws Refusal `queue.badField` */
export function checkProperties(properties: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(properties)
  if (entries.length > 20) throw QUEUE_ERRORS.badField(TEXTS.properties, ALLOWED_SHORT)
  for (const text of entries.flat()) shortText(TEXTS.properties, text)
  return properties
}

function shortText(what: Texts, text: string): string {
  if (text.length > 128 || /[\p{Cc}\p{Cs}]/u.test(text)) throw QUEUE_ERRORS.badField(what, ALLOWED_SHORT)
  return text
}

function oneOf<T extends string | number>(what: Texts, value: string | number, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value)
  if (found === undefined) throw QUEUE_ERRORS.badField(what, { en: allowed.join(', '), zh: allowed.join('、') })
  return found
}

const ALLOWED_SHORT: Texts = {
  en: 'texts of at most 128 characters without control characters, at most 20 of them',
  zh: '不超过 128 个字符且不含控制字符的文本，最多 20 个',
}

const TEXTS = {
  type: { en: 'type', zh: '类型' },
  resourceMode: { en: 'resource mode', zh: '资源模式' },
  chargingMode: { en: 'charging mode', zh: '计费模式' },
  engine: { en: 'engine', zh: '引擎' },
  platform: { en: 'platform', zh: '平台架构' },
  feature: { en: 'feature', zh: '特性' },
  labels: { en: 'label', zh: '标签' },
  enterpriseProject: { en: 'enterprise project', zh: '企业项目' },
  pool: { en: 'elastic resource pool', zh: '弹性资源池' },
  properties: { en: 'property', zh: '属性' },
} as const satisfies Record<string, Texts>
