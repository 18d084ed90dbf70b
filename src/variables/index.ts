export { createLaunchValues, type LaunchValues } from './launch-values.ts'
export { fillIn, type LaunchValue, type NewVariable, namesIn, type Variable } from './variable.ts'
export { VARIABLE_ERRORS } from './variable-errors.ts'
export { createVariables, VARIABLES_MAX, type Variables } from './variable-service.ts'
