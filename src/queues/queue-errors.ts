import { Refusal, type Texts } from '../lib/errors.ts'
import { quoted } from '../lib/text.ts'

export const QUEUE_ERRORS = {
  notFound: (name: string) =>
    new Refusal('queue.notFound', {
      en: `There is no queue ${quoted(name)} in this project. List the queues, or create it.`,
      zh: `当前项目中不存在队列 ${quoted(name)}。请查询队列列表或创建该队列。`,
    }),
  taken: (name: string) =>
    new Refusal('queue.taken', {
      en: `The queue name ${quoted(name)} is in use in this project (capitals make no difference). Choose another.`,
      zh: `队列名称 ${quoted(name)} 在当前项目中已存在（不区分大小写）。请更换名称。`,
    }),
  badName: (name: string) =>
    new Refusal('queue.badName', {
      en: `The queue name ${quoted(name)} is not valid. Use 1 to 128 letters, digits and "_", not only digits and not starting with "_".`,
      zh: `队列名称 ${quoted(name)} 不合法。请使用 1 到 128 个字母、数字或“_”，不能只含数字，且不以“_”开头。`,
    }),
  badDescription: () =>
    new Refusal('queue.badDescription', {
      en: 'The description of the queue is longer than 256 bytes or holds a control character. Shorten it.',
      zh: '队列描述超过 256 字节，或包含控制字符。请缩短描述。',
    }),
  badCuCount: (cuCount: number) =>
    new Refusal('queue.badCuCount', {
      en: `${cuCount} CUs cannot be given to a queue. Use a multiple of 16, at least 16, such as 16, 64, 256 or 512.`,
      zh: `队列的 CU 数 ${cuCount} 不合法。请使用不小于 16 的 16 的倍数，例如 16、64、256 或 512。`,
    }),
  tooManyCus: (cuCount: number, max: number) =>
    new Refusal('queue.tooManyCus', {
      en: `${cuCount} CUs are more than one queue may have here (${max}). Ask for fewer, or have the limit raised.`,
      zh: `CU 数 ${cuCount} 超过单个队列的上限（${max}）。请减少 CU 数，或提高上限。`,
    }),
  tooMany: (max: number) =>
    new Refusal('queue.tooMany', {
      en: `The project has ${max} queues, the most it may have. Delete one that is not used.`,
      zh: `项目的队列数已达上限（${max}）。请删除不再使用的队列。`,
    }),
  badField: (what: Texts, allowed: Texts) =>
    new Refusal('queue.badField', {
      en: `The ${what.en} of the queue is not valid. Allowed: ${allowed.en}.`,
      zh: `队列的${what.zh}不合法。可用值：${allowed.zh}。`,
    }),
  busy: (name: string, jobs: number, deed: Texts) =>
    new Refusal('queue.busy', {
      en: `The queue ${quoted(name)} cannot be ${deed.en}: ${jobs} job(s) run on it or are about to. Stop them first.`,
      zh: `队列 ${quoted(name)} 正被 ${jobs} 个作业使用，无法${deed.zh}。请先停止这些作业。`,
    }),
  tooManyCusTogether: (cuCount: number, max: number) =>
    new Refusal('queue.tooManyCusTogether', {
      en: `The queues of the project would have ${cuCount} CUs together, and ${max} are allowed. Ask for fewer, or make another queue smaller.`,
      zh: `项目的队列总 CU 数将达到 ${cuCount}，超过上限 ${max}。请减少 CU 数，或缩容其他队列。`,
    }),
  badCidr: (cidr: string, maskLengthMax: number) =>
    new Refusal('queue.badCidr', {
      en: `The address range ${quoted(cidr)} cannot be given to this queue. Use a part of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 with a mask of at most /${maskLengthMax}, such as 172.16.0.0/12.`,
      zh: `网段 ${quoted(cidr)} 不能用于该队列。请使用 10.0.0.0/8、172.16.0.0/12 或 192.168.0.0/16 范围内且掩码不超过 /${maskLengthMax} 的网段，例如 172.16.0.0/12。`,
    }),
  onlySql: (name: string, what: Texts) =>
    new Refusal('queue.onlySql', {
      en: `The queue ${quoted(name)} is for general use, and only SQL queues ${what.en}.`,
      zh: `队列 ${quoted(name)} 是通用队列，只有 SQL 队列${what.zh}。`,
    }),
  badCuChange: () =>
    new Refusal('queue.badCuChange', {
      en: 'cu_count is the number of CUs to add or to take away: a multiple of 16, at least 16. Correct it.',
      zh: 'cu_count 是扩容或缩容的 CU 差值，应为不小于 16 的 16 的倍数。请更正。',
    }),
  cannotScale: (name: string, why: Texts) =>
    new Refusal('queue.cannotScale', {
      en: `The queue ${quoted(name)} cannot be scaled so: ${why.en}`,
      zh: `队列 ${quoted(name)} 不支持此扩缩容操作：${why.zh}`,
    }),
  neverUsed: (name: string) =>
    new Refusal('queue.neverUsed', {
      en: `The queue ${quoted(name)} has not run a job yet, and only then can it be scaled. Run a job on it first.`,
      zh: `队列 ${quoted(name)} 尚未运行过作业，无法扩缩容。请先在该队列上运行作业。`,
    }),
  inUse: (name: string, takenCus: number, cuCount: number) =>
    new Refusal('queue.inUse', {
      en: `The queue ${quoted(name)} cannot be scaled in to ${cuCount} CUs: its jobs take ${takenCus}. Stop some of them first.`,
      zh: `队列 ${quoted(name)} 无法缩容到 ${cuCount} CU：作业正占用 ${takenCus} CU。请先停止部分作业。`,
    }),
  badAddress: (address: string) =>
    new Refusal('queue.badAddress', {
      en: `The address ${quoted(address)} is not host:port. Give the name or the IP address of a host and a port from 1 to 65535, such as 192.168.0.12:6379.`,
      zh: `地址 ${quoted(address)} 不是 host:port 格式。请填写主机名或 IP 地址，以及 1 到 65535 之间的端口，例如 192.168.0.12:6379。`,
    }),
  testNotFound: (id: number) =>
    new Refusal('queue.testNotFound', {
      en: `The queue has no address test ${id}; results are kept for a day. Start another test.`,
      zh: `该队列没有地址连通性测试 ${id}（结果保留一天）。请重新发起测试。`,
    }),
  tooManyTests: () =>
    new Refusal('queue.tooManyTests', {
      en: 'Too many address tests are under way. Try again in some seconds.',
      zh: '正在进行的地址连通性测试过多，请几秒后重试。',
    }),
}
