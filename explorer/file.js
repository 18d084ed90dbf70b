import { h, plain } from './dom.js'
import { words } from './state.js'

/** As much of a file as is shown. */
const SHOWN_BYTES = 64 * 1024

/** The address of the file that is shown; those before are let go. */
let address = ''

/** An answer that is a file: to be kept, and its beginning to be looked at when it is text. @param {File} file */
export function fileCard(file) {
  URL.revokeObjectURL(address)
  address = URL.createObjectURL(file)
  const link = h('a', { href: address, download: file.name, id: 'save' }, `${words().save} ${file.name}`)
  const size = `${file.size.toLocaleString()} ${words().bytes}`
  const box = h('div', { className: 'file' }, h('p', {}, link, ' ', h('span', { className: 'quietly' }, size)))
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
