export { isProjectId, isProjectName, type NewProject, type Project, type Role } from './project.ts'
export { PROJECT_ERRORS } from './project-errors.ts'
export { addMemberOf, addProject, type ProjectMaker } from './project-service.ts'
export { readProject, readProjectsOfMember, readRole } from './project-store.ts'
