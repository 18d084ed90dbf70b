import { Refusal } from '../lib/errors.ts'
import type { ObjectName } from './object-names.ts'

const shown = (text: string): string => JSON.stringify(text.slice(0, 140))
const urlOf = ({ bucket, key }: ObjectName): string => shown(`obs://${bucket}/${key}`)

export const OBJECT_ERRORS = {
  notFound: (name: ObjectName) =>
    new Refusal('object.notFound', {
      en: `There is no object ${urlOf(name)} in this project. Check bucket and key (capitals matter), or upload it.`,
      zh: `当前项目中不存在对象 ${urlOf(name)}。请检查桶名和对象名（区分大小写），或先上传该对象。`,
    }),
  badBucket: (bucket: string) =>
    new Refusal('object.badName', {
      en: `The bucket name ${shown(bucket)} is not valid. Use 1 to 63 letters, digits, ".", "_" and "-", starting with a letter or digit.`,
      zh: `桶名 ${shown(bucket)} 不合法。请使用 1 到 63 个字母、数字、“.”、“_”或“-”，且以字母或数字开头。`,
    }),
  badKey: (key: string) =>
    new Refusal('object.badName', {
      en: `The object key ${shown(key)} is not valid. Use at most 1024 bytes of UTF-8 in segments of 1 to 255 bytes between "/", no segment "." or "..", no backslash and no control character.`,
      zh: `对象名 ${shown(key)} 不合法。最多 1024 字节（UTF-8），以“/”分隔的每段为 1 到 255 字节，不能为“.”或“..”，且不含反斜杠和控制字符。`,
    }),
  badUrl: (text: string) =>
    new Refusal('object.badName', {
      en: `${shown(text)} does not name an object. Write obs://bucket/key, or https://bucket.obs.region.domain/key.`,
      zh: `${shown(text)} 不是有效的对象路径。请使用 obs://桶名/对象名，或 https://桶名.obs.区域.域名/对象名。`,
    }),
  conflict: (name: ObjectName) =>
    new Refusal('object.conflict', {
      en: `${urlOf(name)} cannot be stored: a part of its path is an object already, or it is the folder of other objects. Choose another key, or delete what is in the way.`,
      zh: `无法存储 ${urlOf(name)}：其路径的一部分已是对象，或它是其他对象所在的目录。请更换对象名，或删除冲突的对象。`,
    }),
  closed: (url: string) =>
    new Refusal('object.closed', {
      en: `The service has no right to reach ${shown(url)}: a program has taken it away from the file, or from a folder on the way to it. On the server, give it back in the object folder: chmod -R u+rwX`,
      zh: `服务无权访问 ${shown(url)}：程序取消了该文件或其所在目录的访问权限。请在服务器的对象目录中恢复权限：chmod -R u+rwX`,
    }),
  storeFull: (name: ObjectName) =>
    new Refusal('object.storeFull', {
      en: `${urlOf(name)} was not stored: the disk of the object store is full. Free space there and try again.`,
      zh: `${urlOf(name)} 未能存储：对象存储的磁盘已满。请清理空间后重试。`,
    }),
}
