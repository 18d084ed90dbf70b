export type { HealthReport, HttpParts } from './parts.ts'
export { createHttp } from './server.ts'
