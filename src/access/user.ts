export type User = Readonly<{
  id: string
  domainId: string
  domainName: string
  name: string
  isAdmin: boolean
  enabled: boolean
  createdAt: Date
}>

export type NewUser = Readonly<{ name: string; password: string; isAdmin?: boolean | undefined }>

/** The secret half is shown once, here. */
export type AccessKeyPair = Readonly<{ ak: string; sk: string }>

/** What the first start prints, once. */
export type FirstCredentials = Readonly<{
  domainId: string
  domainName: string
  projectId: string
  projectName: string
  userId: string
  userName: string
  password: string
  ak: string
  sk: string
}>

export type FirstWish = Readonly<{
  projectId?: string | undefined
  projectName?: string | undefined
  adminName?: string | undefined
  adminPassword?: string | undefined
}>

export function isUserName(name: string): boolean {
  return /^[A-Za-z_.-][A-Za-z0-9_.-]{0,63}$/.test(name)
}

export function isNewPassword(password: string): boolean {
  const length = [...password].length
  return length >= 8 && length <= PASSWORD_LENGTH_MAX
}

/** Longer texts are never hashed: no password is that long. */
export const PASSWORD_LENGTH_MAX = 128
