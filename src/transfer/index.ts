export { TRANSFER_ERRORS } from './transfer-errors.ts'
export { createTransfer, type ImportedJob, type Transfer } from './transfer-service.ts'
