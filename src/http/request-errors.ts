import { Refusal, type Texts } from '../lib/errors.ts'

const refuse = (code: string, en: string, zh: string) => new Refusal(`request.${code}`, { en, zh })

/** A refusal about one field of the request; the foreign code may depend on which. */
export class FieldRefusal extends Refusal {
  /** Name of the field at the top of the body, or of the query parameter. */
  readonly field: string

  constructor(code: string, field: string, texts: Texts) {
    super(code, texts)
    this.field = field
  }
}

/** What a client sent, shortened so that an answer stays readable. */
export function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** Expected answers about the request itself, before any domain sees it. */
export const REQUEST_ERRORS = {
  notJson: () =>
    refuse(
      'notJson',
      'The body is not valid JSON. Send a JSON object in UTF-8, not compressed.',
      '请求体不是合法的JSON，请发送UTF-8编码且未压缩的JSON对象。',
    ),
  notAnObject: () =>
    refuse('notAnObject', 'The body is not a JSON object. Send an object.', '请求体不是JSON对象，请发送JSON对象。'),
  bodyMissing: () =>
    refuse('bodyMissing', 'The request has no body. Send a JSON object.', '请求缺少请求体，请发送JSON对象。'),
  tooLarge: (maxBytes: number) =>
    refuse(
      'tooLarge',
      `The body is larger than ${maxBytes} bytes. Send a smaller one.`,
      `请求体超过 ${maxBytes} 字节，请减小请求体。`,
    ),
  tooDeep: () => refuse('tooDeep', 'The body is nested too deeply. Flatten it.', '请求体嵌套层次过深，请减少嵌套。'),
  truncated: () =>
    refuse(
      'truncated',
      'The body is shorter or longer than announced. Send it again.',
      '请求体长度与声明不一致，请重新发送。',
    ),
  mediaTypeBad: () =>
    refuse(
      'mediaTypeBad',
      'The Content-Type header is not valid. Send application/json.',
      'Content-Type 请求头无效，请使用 application/json。',
    ),
  urlBad: () =>
    refuse(
      'urlBad',
      'The URL holds a percent sign that encodes nothing. Encode the path as UTF-8.',
      'URL中的百分号编码无效，请使用UTF-8对路径编码。',
    ),
  malformed: () => refuse('malformed', 'The request is not valid HTTP.', '请求不是合法的HTTP请求。'),
  headersTooLarge: () =>
    refuse(
      'headersTooLarge',
      'The headers are larger than 64 KiB together. Send fewer.',
      '请求头总大小超过64KiB，请减少请求头。',
    ),
  timedOut: () =>
    refuse('timedOut', 'The request took too long to arrive. Send it again.', '请求接收超时，请重新发送。'),
  noSuchApi: (method: string, path: string) =>
    refuse('noSuchApi', `There is no ${method} ${shown(path)}.`, `不存在接口 ${method} ${shown(path)}。`),
  notSupported: (title: Texts, note: Texts) =>
    refuse('notSupported', `"${title.en}" is not supported. ${note.en}`, `不支持“${title.zh}”。${note.zh}`),
  credentialsMissing: () =>
    refuse(
      'credentialsMissing',
      'Authentication is required. Send X-Auth-Token, or sign the request with AK/SK (SDK-HMAC-SHA256).',
      '请求未认证，请携带 X-Auth-Token 或使用AK/SK（SDK-HMAC-SHA256）签名。',
    ),
  tooManyCalls: (callsPerMinute: number, seconds: number) =>
    new Refusal(
      'request.tooManyCalls',
      {
        en: `You made more than ${callsPerMinute} calls in a minute, the most that one client may make. Try again in ${seconds} s.`,
        zh: `您在一分钟内的调用次数超过上限（${callsPerMinute} 次）。请在 ${seconds} 秒后重试。`,
      },
      seconds,
    ),
  subjectUnknown: () =>
    refuse(
      'subjectUnknown',
      'There is no token of yours like that in X-Subject-Token.',
      'X-Subject-Token 不是您的有效 Token。',
    ),
  hashOfStream: () =>
    refuse(
      'hashOfStream',
      'A signed upload is accepted with X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD only. Sign it so, or send X-Auth-Token.',
      '签名上传仅支持 X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD，请按此签名或携带 X-Auth-Token。',
    ),
  badJobId: (text: string) =>
    refuse('badJobId', `job_id "${shown(text)}" is not a positive integer.`, `job_id “${shown(text)}”不是正整数。`),
  fieldMissing: (path: string) =>
    new FieldRefusal('request.fieldMissing', topOf(path), {
      en: `${path} is missing. It is mandatory.`,
      zh: `缺少必选参数 ${path}。`,
    }),
  fieldBad: (path: string, expected: Texts) =>
    new FieldRefusal('request.fieldBad', topOf(path), {
      en: `${path} is not valid: it must be ${expected.en}.`,
      zh: `${path} 无效：应为${expected.zh}。`,
    }),
  pagingBad: (name: string, expected: Texts) =>
    new FieldRefusal('request.pagingBad', name, {
      en: `${name} is not valid: it must be ${expected.en}.`,
      zh: `${name} 无效：应为${expected.zh}。`,
    }),
  rootJobIdBad: () =>
    refuse('rootJobIdBad', 'root_job_id is not valid: it must be an integer.', 'root_job_id 无效：应为整数。'),
  noGraph: (id: number) =>
    refuse(
      'noGraph',
      `Job ${id} has no execution graph: Flink has told of no run of it yet. Run it, and ask when it is running.`,
      `作业 ${id} 没有执行图：尚无运行记录。请运行作业，并在运行后查询。`,
    ),
  rangeBad: (sizeBytes: number) =>
    refuse(
      'rangeBad',
      `The Range header is outside the object, which has ${sizeBytes} bytes.`,
      `Range 超出对象范围，对象大小为 ${sizeBytes} 字节。`,
    ),
} as const

export type RequestErrorCode = `request.${keyof typeof REQUEST_ERRORS}`

function topOf(path: string): string {
  return path.split(/[.[]/)[0] ?? path
}
