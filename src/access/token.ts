export type NamedThing = Readonly<{ id?: string | undefined; name?: string | undefined }>
export type NamedInDomain = NamedThing & Readonly<{ domain?: NamedThing | undefined }>

/** How a token is asked for; the shape follows Keystone's, which every client knows. */
export type TokenRequest = Readonly<{
  methods: readonly string[]
  password?: Readonly<{ user: NamedInDomain; password: string }> | undefined
  token?: Readonly<{ id: string }> | undefined
  /** Absent: the user's only project when there is exactly one, else the domain. */
  scope?: Readonly<{ project?: NamedInDomain | undefined; domain?: NamedThing | undefined }> | undefined
}>

export type RoleName = Readonly<{ id: string; name: string }>

/** A token without its text, which is stored nowhere. */
export type TokenFacts = Readonly<{
  userId: string
  userName: string
  domainId: string
  domainName: string
  /** Null: scoped to the domain. */
  project: Readonly<{ id: string; name: string }> | null
  roles: readonly RoleName[]
  methods: readonly string[]
  issuedAt: Date
  expiresAt: Date
}>

export type IssuedToken = TokenFacts & Readonly<{ token: string }>
