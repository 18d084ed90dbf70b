export { accountIds } from './account-ids.ts'
export { AGENCY_ROLES, type Agencies, createAgencies } from './agency-service.ts'
export { type JobUsers, openJobUsers } from './job-users.ts'
export { isProjectId, isProjectName, type Member, type NewProject, type Project, type Role } from './project.ts'
export { PROJECT_ERRORS } from './project-errors.ts'
export { addMemberOf, addProject, type ProjectMaker } from './project-service.ts'
export {
  readMembersOf,
  readProject,
  readProjectNamed,
  readProjects,
  readProjectsOfMember,
  readRole,
  removeMember,
  setProjectEnabled,
} from './project-store.ts'
