import { h, plain } from './dom.js'
import { words } from './state.js'

/** As much of a file as is shown. */
const SHOWN_BYTES = 64 * 1024

/** An answer that is a file: to be kept, and its beginning to be looked at when it is text. @param {File} file */
export function fileCard(file) {
  const link = h(
    'a',
    { href: URL.createObjectURL(file), download: file.name, id: 'save' },
    `${words().save} ${file.name}`,
  )
  const box = h('div', { className: 'file' }, h('p', {}, link, ' ', h('span', { className: 'quietly' }, sizeOf(file))))
  void textOf(file).then((text) => {
    if (text) box.append(plain(text, words().answer))
  })
  return box
}

/** Empty: it is no text. @param {File} file */
async function textOf(file) {
  const bytes = await file.slice(0, SHOWN_BYTES).arrayBuffer()
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }) // its last character may be cut
    return text.includes('\0') ? '' : text + (file.size > SHOWN_BYTES ? '…' : '')
  } catch {
    return ''
  }
}

/** @param {File} file */
function sizeOf({ size }) {
  return `${size.toLocaleString()} ${words().bytes}`
}
