export { type Needed, RIGHTS_ON, type Right, type ThingKind, type ThingName } from './grant.ts'
export { GRANT_ERRORS } from './grant-errors.ts'
export {
  type Actor,
  createGrants,
  type GrantChange,
  type Grants,
  type RightsOfUser,
  visibleTo,
} from './grant-service.ts'
export { dropGrantsOn, isVisible } from './grant-store.ts'
