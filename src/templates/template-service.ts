import type { ProjectCaller } from '../access/index.ts'
import type { Database, Reader } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { countCharacters } from '../lib/text.ts'
import { checkTags, deleteTags, replaceTags, type TaggedThing, type TagRules } from '../tags/index.ts'
import type { NewTemplate, Template, TemplateChanges, TemplateQuery } from './template.ts'
import { TEMPLATE_ERRORS } from './template-errors.ts'
import {
  countTemplates,
  deleteTemplate,
  insertTemplate,
  listTemplates,
  readTemplate,
  updateTemplate,
} from './template-store.ts'

export type TemplatesOptions = Readonly<{ database: Database; clock: Clock; tagRules: TagRules }>

/** Templates of SQL jobs. Refusals are those of TEMPLATE_ERRORS, and `tag.*`. */
export interface Templates {
  create(caller: ProjectCaller, wanted: NewTemplate): Promise<Template>
  list(projectId: string, query: TemplateQuery): Promise<{ total: number; templates: Template[] }>
  update(projectId: string, id: number, changes: TemplateChanges): Promise<void>
  remove(projectId: string, id: number): Promise<void>
  /** @throws Refusal `template.notFound` */
  get(projectId: string, id: number): Promise<Template>
  /** How many the project has, and may have. */
  usage(projectId: string): Promise<{ count: number; max: number }>
}

const TEMPLATES_MAX = 100
const SQL_CHARACTERS_MAX = 1_048_576
const NAME = /^[\p{Script=Han}A-Za-z0-9_-]+$/u

export function createTemplates(options: TemplatesOptions): Templates {
  const { database } = options
  return {
    create: (caller, wanted) => create(options, caller, wanted),
    list: (projectId, query) => listTemplates(database.db, projectId, query),
    update: (projectId, id, changes) => update(options, projectId, id, changes),
    remove: (projectId, id) =>
      database.transact(async (tx) => {
        await existing(tx.db, projectId, id)
        await deleteTags(tx, thing(projectId, id))
        await deleteTemplate(tx, id)
      }),
    get: (projectId, id) => existing(database.db, projectId, id),
    usage: async (projectId) => ({ count: await countTemplates(database.db, projectId), max: TEMPLATES_MAX }),
  }
}

async function create(
  { database, clock, tagRules }: TemplatesOptions,
  { projectId, userId: ownerId }: ProjectCaller,
  { name, description = '', sqlBody = '', jobType = 'flink_sql_job', tags: given }: NewTemplate,
): Promise<Template> {
  if (name === '') throw TEMPLATE_ERRORS.nameEmpty()
  check({ name, description, sqlBody })
  const tags = checkTags(given, tagRules)
  const at = clock.now()
  const template = { projectId, name, description, sqlBody, jobType, createdAt: at, updatedAt: at }
  const id = await database.transact(async (tx) => {
    if ((await countTemplates(tx.db, projectId)) >= TEMPLATES_MAX) throw TEMPLATE_ERRORS.tooMany(TEMPLATES_MAX)
    const id = await insertTemplate(tx, { ...template, ownerId }).catch(taken(database, name))
    await replaceTags(tx, thing(projectId, id), tags)
    return id
  })
  return { ...template, id }
}

async function update(
  { database, clock }: TemplatesOptions,
  projectId: string,
  id: number,
  changes: TemplateChanges,
): Promise<void> {
  await database.transact(async (tx) => {
    const before = await existing(tx.db, projectId, id)
    const { name, description = before.description, sqlBody = before.sqlBody } = changes
    const after = { ...before, name: name || before.name, description, sqlBody, updatedAt: clock.now() }
    check(after)
    await updateTemplate(tx, after).catch(taken(database, after.name))
  })
}

async function existing(reader: Reader, projectId: string, id: number): Promise<Template> {
  const template = await readTemplate(reader, projectId, id)
  if (!template) throw TEMPLATE_ERRORS.notFound(id)
  return template
}

function check({ name, description, sqlBody }: Pick<Template, 'name' | 'description' | 'sqlBody'>): void {
  if (countCharacters(name) > 64) throw TEMPLATE_ERRORS.nameTooLong()
  if (!NAME.test(name)) throw TEMPLATE_ERRORS.nameBadCharacter(name)
  if (countCharacters(description) > 512) throw TEMPLATE_ERRORS.descriptionTooLong()
  if (sqlBody.length > SQL_CHARACTERS_MAX && countCharacters(sqlBody) > SQL_CHARACTERS_MAX) {
    throw TEMPLATE_ERRORS.sqlTooLong(SQL_CHARACTERS_MAX)
  }
}

const taken =
  ({ quirks }: Database, name: string) =>
  (error: unknown): never => {
    throw quirks.isUniqueViolation(error) ? TEMPLATE_ERRORS.nameTaken(name) : error
  }

const thing = (projectId: string, id: number): TaggedThing => ({ projectId, kind: 'template', id: String(id) })
