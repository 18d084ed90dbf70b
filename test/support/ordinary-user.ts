const NOBODY = 65_534

/** Does the work as a user to whom files can be closed. */
export async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  const becomeAgain = becomeOrdinaryUser()
  try {
    return await work()
  } finally {
    becomeAgain()
  }
}

/** Nothing is closed to root, so as root it becomes nobody, until it is told to become what it was. */
export function becomeOrdinaryUser(): () => void {
  if (process.getuid?.() !== 0) return () => undefined
  process.seteuid?.(NOBODY)
  return () => process.seteuid?.(0)
}
