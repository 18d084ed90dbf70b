export { readClassFileMajor, readJarManifest } from './jar.ts'
export type {
  MaterialisedArtifact,
  Package,
  PackageGroup,
  PackageKind,
  PackageQuery,
  PackageStatus,
  ResolvedArtifact,
  Upload,
  UploadRequest,
} from './package.ts'
export { groupPackages } from './package-group.ts'
export { type Artifacts, type ArtifactsOptions, createArtifacts } from './package-service.ts'
