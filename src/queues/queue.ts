import type { Tag } from '../tags/index.ts'

export type QueueType = 'sql' | 'general'

/** A named budget of CUs. Jobs of users need a dedicated one (`resourceMode` 1). */
export type Queue = Readonly<{
  id: number
  /** A UUID, for clients that keep it as their id. */
  resourceId: string
  projectId: string
  /** Lower case always. */
  name: string
  type: QueueType
  description: string
  cuCount: number
  /** CUs at its creation. */
  cuSpec: number
  /** CUs that jobs take of it now. */
  busyCus: number
  /** Between which CUs it can be scaled. */
  scaling: Readonly<{ min: number; max: number }>
  /** 0 shared, 1 dedicated. */
  resourceMode: 0 | 1
  chargingMode: number
  engine: string | null
  platform: string
  /** Null unless it was given at creation. */
  feature: string | null
  labels: readonly string[]
  enterpriseProjectId: string
  elasticResourcePoolName: string | null
  properties: Readonly<Record<string, string>>
  cidrInVpc: string
  ownerId: string
  ownerName: string
  createdAt: Date
  tags: readonly Tag[]
}>

/** What a user says about a new queue; absent or null: the default. */
export type NewQueue = Readonly<{
  name: string
  cuCount: number
  type?: QueueType | null | undefined
  description?: string | null | undefined
  resourceMode?: number | null | undefined
  chargingMode?: number | null | undefined
  engine?: string | null | undefined
  platform?: string | null | undefined
  feature?: string | null | undefined
  labels?: readonly string[] | null | undefined
  enterpriseProjectId?: string | null | undefined
  elasticResourcePoolName?: string | null | undefined
  properties?: Readonly<Record<string, string>> | null | undefined
  tags?: readonly Tag[] | null | undefined
}>

export type QueueOrder = 'nameAscending' | 'nameDescending' | 'cusAscending' | 'cusDescending'

export type QueueQuery = Readonly<{
  /** Only queues that this user owns or has a right on. Absent: all. */
  visibleTo?: string | undefined
  type?: QueueType | 'all' | undefined
  tags?: readonly string[] | undefined
  order?: QueueOrder | undefined
  /** From 1. */
  page?: number | undefined
  pageSize?: number | undefined
}>
