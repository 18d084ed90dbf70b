import type { Reader } from '../db/database.ts'
import { Refusal } from '../lib/errors.ts'
import { readEnabledKeys, type StoredKey } from './access-store.ts'
import { unseal } from './sealing.ts'

/**
 * A sealing key that was lost must not be replaced in silence: no access key would work any more, and nobody would know
 * why. The newest access key that is in use tells whether it is the right one.
 */

/** `key` is null when the file is missing. @throws Refusal `access.sealingKeyLost` */
export async function assertOpens(reader: Reader, key: Buffer | null, file: string): Promise<void> {
  const [newest] = await readEnabledKeys(reader)
  if (newest !== undefined && (key === null || !opens(key, newest))) throw sealingKeyLost(file, key === null)
}

export function opens(key: Buffer, { ak, secretSealed }: Pick<StoredKey, 'ak' | 'secretSealed'>): boolean {
  try {
    unseal(key, ak, secretSealed)
    return true
  } catch {
    return false
  }
}

function sealingKeyLost(file: string, isMissing: boolean): Refusal {
  const what = isMissing
    ? { en: 'is missing', zh: '不存在' }
    : { en: 'is another key than the one they were sealed with', zh: '不是当初用于加密的密钥' }
  return new Refusal('access.sealingKeyLost', {
    en: `The database holds sealed secrets, and ${file} ${what.en}: no access key (AK/SK) would work. Restore the file from a backup. If it is lost for good, start with HEADGATE_LOST_SEALING_KEY=replace: the access keys are then disabled, global variables removed, and a new key of the administrator is printed.`,
    zh: `数据库中存有加密的机密数据，而 ${file} ${what.zh}，所有访问密钥（AK/SK）都将失效。请从备份恢复该文件；若已无法恢复，请设置 HEADGATE_LOST_SEALING_KEY=replace 后启动：原有访问密钥将被停用，全局变量将被删除，并输出管理员的新访问密钥。`,
  })
}
