import { stat } from 'node:fs/promises'
import { readOwner } from '../config/folder-owner.ts'
import { KEY_BYTES } from '../config/sealing-key.ts'
import { isSystemError } from '../lib/errors.ts'
import { type Check, type Finding, ok, problem, warning } from './check.ts'
import { quoted } from './words.ts'

export const sealingKey: Check = {
  name: 'sealing-key',
  run: async ({ config }) => {
    const file = config.sealingKeyFile
    const hasStarted = (await readOwner(config.folders.data)) !== null
    return [judgeSealingKey({ file, key: await look(file), hasStarted })]
  },
}

export type SealingKeyFacts = Readonly<{
  file: string
  /** Null: there is none. */
  key: Readonly<{ sizeBytes: number; mode: number }> | null
  /** The first start, which makes the key, is over. */
  hasStarted: boolean
}>

export function judgeSealingKey({ file, key, hasStarted }: SealingKeyFacts): Finding {
  if (key === null) {
    if (!hasStarted) return ok('made by the first start', '首次启动时生成')
    return problem(
      `${file} is gone: without it no access key (AK/SK) works and no global variable can be read, and a start is refused. Restore it from a backup; if it is lost for good, set HEADGATE_LOST_SEALING_KEY=replace for the next start.`,
      `${file} 已丢失：缺少它时所有访问密钥（AK/SK）均失效，全局变量也无法读取，且启动会被拒绝。请从备份恢复；若已无法恢复，请在下次启动时设置 HEADGATE_LOST_SEALING_KEY=replace。`,
    )
  }
  if (key.sizeBytes !== KEY_BYTES) {
    return problem(
      `${file} is not a key: it has ${key.sizeBytes} bytes and not ${KEY_BYTES}. Restore it from a backup.`,
      `${file} 不是有效的密钥：其大小为 ${key.sizeBytes} 字节，应为 ${KEY_BYTES} 字节。请从备份恢复。`,
    )
  }
  if ((key.mode & 0o077) === 0) return ok(file, file)
  const command = `chmod 600 ${quoted(file)}`
  return warning(
    `${file} can be read by others than its owner. Close it: ${command}`,
    `${file} 可被所有者以外的用户读取。修复命令：${command}`,
  )
}

async function look(file: string): Promise<SealingKeyFacts['key']> {
  try {
    const { size, mode } = await stat(file)
    return { sizeBytes: size, mode }
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    throw error
  }
}
