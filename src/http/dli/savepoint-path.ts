import { parseFolderUrl } from '../../storage/index.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'

/** `bucket/directory`, however it came: with or without `obs://`, with or without a slash at the end. */
export function toSavepointPath(text: string): string {
  try {
    const { bucket, key } = parseFolderUrl(text)
    return key === '' ? bucket : `${bucket}/${key}`
  } catch {
    throw REQUEST_ERRORS.fieldBad('savepoint_path', { en: 'bucket/directory', zh: ' bucket/目录 的形式' })
  }
}
