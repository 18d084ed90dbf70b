/** Texts that people typed or sent. */

/** Quoted and shortened, so that an answer that repeats it stays readable. */
export function quoted(text: string, lengthMax = 140): string {
  return JSON.stringify(text.slice(0, lengthMax))
}

/** As people count them: a Chinese character or an emoji is one. */
export function countCharacters(text: string): number {
  return [...text].length
}

export function countBytes(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}

/** Control characters but for tab and line ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: naming them is the point
export const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/u
