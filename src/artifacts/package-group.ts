import { Bug } from '../lib/errors.ts'
import type { Package, PackageGroup } from './package.ts'

/** The groups that the packages form, in name order; packages without group are left out. */
export function groupPackages(_packages: readonly Package[]): PackageGroup[] {
  throw new Bug('not built yet')
}
