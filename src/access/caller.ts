/** Who asks, as proved by a token or a signature. */
export type Caller = Readonly<{
  userId: string
  userName: string
  domainId: string
  domainName: string
  /** The project of the token, or of the signed path when the caller is its member; null: none. */
  projectId: string | null
  isAdmin: boolean
}>

/** A caller inside a project; only `requireProject` makes one. */
export type ProjectCaller = Caller & Readonly<{ projectId: string }>
