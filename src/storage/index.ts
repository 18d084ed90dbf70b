export { BUCKET_ERRORS } from './bucket-errors.ts'
export { type Buckets, type BucketsOptions, createBuckets } from './bucket-service.ts'
export { type FolderObjectStore, openFolderObjectStore } from './folder/folder-object-store.ts'
export { OBJECT_ERRORS } from './object-errors.ts'
export {
  checkBucketName,
  checkKey,
  formatObsUrl,
  isBucketName,
  isKeySegment,
  type ObjectName,
  parseFolderUrl,
  parseObjectUrl,
} from './object-names.ts'
export type { ByteRange, ObjectPage, ObjectRef, ObjectStat, ObjectStore } from './object-store.ts'
