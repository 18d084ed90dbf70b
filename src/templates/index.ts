export { TEMPLATE_JOB_TYPES, type Template } from './template.ts'
export { TEMPLATE_ERRORS } from './template-errors.ts'
export { createTemplates, type Templates } from './template-service.ts'
