import { Refusal } from '../lib/errors.ts'
import { quoted } from '../lib/text.ts'
import type { SignatureVerdict } from './sdk-signature.ts'

const SHOWN_MAX = 80

export const ACCESS_ERRORS = {
  tokenMissing: () =>
    new Refusal('access.tokenMissing', {
      en: 'The request carries neither a token nor a signature. Send X-Auth-Token, or sign the request with an access key.',
      zh: '请求未携带 Token 或签名。请填写 X-Auth-Token，或使用访问密钥对请求签名。',
    }),
  tokenInvalid: () =>
    new Refusal('access.tokenInvalid', {
      en: 'The token is not known here, or its user or project was disabled. Ask for a new token (POST /v3/auth/tokens).',
      zh: 'Token 无效，或其用户、项目已被禁用。请重新获取 Token（POST /v3/auth/tokens）。',
    }),
  tokenExpired: () =>
    new Refusal('access.tokenExpired', {
      en: 'The token has expired; tokens are valid for 24 hours. Ask for a new one (POST /v3/auth/tokens).',
      zh: 'Token 已过期，有效期为 24 小时。请重新获取（POST /v3/auth/tokens）。',
    }),
  wrongProject: (projectId: string) =>
    new Refusal('access.wrongProject', {
      en: `The project ${quoted(projectId, SHOWN_MAX)} of the path is not the project of the token, or the caller is not its member. Use the id of your own project, or ask for a token of that project.`,
      zh: `路径中的项目 ${quoted(projectId, SHOWN_MAX)} 与 Token 的项目不一致，或调用者不是该项目成员。请使用自己的项目 ID，或获取该项目的 Token。`,
    }),
  badCredentials: () =>
    new Refusal('access.badCredentials', {
      en: 'The user, the domain or the password is wrong. Check all three.',
      zh: '用户名、账号名或密码错误。请检查后重试。',
    }),
  signInLocked: (seconds: number) =>
    new Refusal(
      'access.signInLocked',
      {
        en: `There were too many wrong passwords for this user from this address. Check the password and try again in ${seconds} s.`,
        zh: `该用户从此地址登录的密码错误次数过多。请检查密码，并在 ${seconds} 秒后重试。`,
      },
      seconds,
    ),
  methodUnsupported: (methods: readonly string[]) =>
    new Refusal('access.methodUnsupported', {
      en: `The identity methods ${quoted(methods.join(','), SHOWN_MAX)} are not supported, or the part that belongs to them is missing. Use exactly one of "password" and "token".`,
      zh: `不支持认证方式 ${quoted(methods.join(','), SHOWN_MAX)}，或缺少对应的内容。请只使用“password”或“token”中的一种。`,
    }),
  scopeRefused: (what: string) =>
    new Refusal('access.scopeRefused', {
      en: `The scope ${quoted(what, SHOWN_MAX)} does not exist, or the user does not belong to it. Choose one of the user's own projects, or the user's domain.`,
      zh: `作用范围 ${quoted(what, SHOWN_MAX)} 不存在，或用户不属于该范围。请选择用户所属的项目或账号。`,
    }),
  signatureUnreadable: () =>
    new Refusal('access.signatureUnreadable', {
      en: 'The Authorization header is not "SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…". Use that scheme, or send X-Auth-Token.',
      zh: 'Authorization 头不符合“SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…”格式。请使用该签名方式，或填写 X-Auth-Token。',
    }),
  keyUnknown: () =>
    new Refusal('access.keyUnknown', {
      en: 'The access key of the signature does not exist or is disabled. Create a key, or use another one.',
      zh: '签名所用的访问密钥不存在或已停用。请创建或更换访问密钥。',
    }),
  keyLocked: () =>
    new Refusal('access.keyLocked', {
      en: 'The access key is locked after 5 wrong signatures. Check the secret key and try again in 5 minutes.',
      zh: '访问密钥因连续 5 次签名错误已被锁定。请检查密钥，5 分钟后重试。',
    }),
  signatureRefused: (verdict: Exclude<SignatureVerdict, 'valid'>) =>
    new Refusal('access.signatureInvalid', SIGNATURE_TEXTS[verdict]),
  userNotFound: (what: string) =>
    new Refusal('access.userNotFound', {
      en: `There is no user ${quoted(what, SHOWN_MAX)}. List the users to see which exist.`,
      zh: `用户 ${quoted(what, SHOWN_MAX)} 不存在。请查询用户列表。`,
    }),
  userTaken: (name: string) =>
    new Refusal('access.userTaken', {
      en: `The user name ${quoted(name, SHOWN_MAX)} is in use. Choose another.`,
      zh: `用户名 ${quoted(name, SHOWN_MAX)} 已被使用。请更换用户名。`,
    }),
  badUserName: (name: string) =>
    new Refusal('access.badUserName', {
      en: `The user name ${quoted(name, SHOWN_MAX)} is not valid. Use 1 to 64 letters, digits, "_", "-" and ".", not starting with a digit.`,
      zh: `用户名 ${quoted(name, SHOWN_MAX)} 不合法。请使用 1 到 64 个字母、数字、“_”、“-”或“.”，且不以数字开头。`,
    }),
  badPassword: () =>
    new Refusal('access.badPassword', {
      en: 'The new password is not acceptable. Use 8 to 128 characters.',
      zh: '新密码不符合要求。请使用 8 到 128 个字符。',
    }),
  keyNotFound: (ak: string) =>
    new Refusal('access.keyNotFound', {
      en: `There is no access key ${quoted(ak, SHOWN_MAX)}. List the keys to see which exist.`,
      zh: `访问密钥 ${quoted(ak, SHOWN_MAX)} 不存在。请查询访问密钥列表。`,
    }),
  lastAdmin: (name: string) =>
    new Refusal('access.lastAdmin', {
      en: `${quoted(name, SHOWN_MAX)} is the last enabled administrator of the service. Make another user one first.`,
      zh: `${quoted(name, SHOWN_MAX)} 是最后一个启用的服务管理员。请先将其他用户设为管理员。`,
    }),
  adminsOnly: () =>
    new Refusal('access.adminsOnly', {
      en: 'Only administrators of the service may do this. Use the key or token of one.',
      zh: '仅服务管理员可执行该操作。请使用管理员的密钥或 Token。',
    }),
  notSetUp: () =>
    new Refusal('access.notSetUp', {
      en: 'There is no domain yet. Start the service once: the first start creates the administrator, a project and a key.',
      zh: '尚未初始化。请先启动一次服务，首次启动会创建管理员、项目和访问密钥。',
    }),
}

const SIGNATURE_TEXTS = {
  wrong: {
    en: 'The signature does not match the request. Check the secret key, and that no proxy changes the headers, the path or the body.',
    zh: '签名与请求不匹配。请检查密钥，并确认代理未修改请求头、路径或请求体。',
  },
  dateNotSigned: {
    en: 'X-Sdk-Date is not among the signed headers. Sign it.',
    zh: 'X-Sdk-Date 未包含在已签名的请求头中。请对其签名。',
  },
  badDate: {
    en: 'X-Sdk-Date is not of the form 20060102T150405Z (UTC).',
    zh: 'X-Sdk-Date 格式不正确，应为 20060102T150405Z（UTC）。',
  },
  clockSkew: {
    en: 'X-Sdk-Date is more than 15 minutes away from the time of the server. Set the clock of the client.',
    zh: 'X-Sdk-Date 与服务器时间相差超过 15 分钟。请校准客户端时钟。',
  },
  headerMissing: {
    en: 'A header listed in SignedHeaders is missing from the request.',
    zh: '请求缺少 SignedHeaders 中列出的请求头。',
  },
  badBodyHash: {
    en: 'X-Sdk-Content-Sha256 is not the SHA-256 of the body.',
    zh: 'X-Sdk-Content-Sha256 与请求体的 SHA-256 不一致。',
  },
} as const
