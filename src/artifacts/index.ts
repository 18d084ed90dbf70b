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
export { ARTIFACT_ERRORS, PACKAGE_ERRORS } from './package-errors.ts'
export { groupPackages, packageNameOf, parseReference } from './package-names.ts'
export { type Artifacts, type ArtifactsOptions, createArtifacts } from './package-service.ts'
export { parsePackageId, TAGGED_PACKAGES } from './tagged-packages.ts'
