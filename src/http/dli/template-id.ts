import { TEMPLATE_ERRORS } from '../../templates/index.ts'

/** A template's number from a path. What is no number is the number of no template. @throws Refusal `template.notFound` */
export function toTemplateId(text = ''): number {
  const id = /^\d{1,16}$/u.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(id)) throw TEMPLATE_ERRORS.notFound(text)
  return id
}
