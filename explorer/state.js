import { WORDS } from './words.js'

/**
 * @import { CatalogueLine } from './catalogue.js'
 * @import { Language, Operation } from './document.js'
 * @import { Answer, Credentials } from './request.js'
 *
 * @typedef {object} Filled what a person has filled in for one operation
 * @property {Record<string, string>} path
 * @property {Record<string, string>} query
 * @property {string} body
 * @property {File | null} file
 * @property {Answer | string | null} answer a text: why there is none
 */

/** All that the page knows. Credentials are nowhere else, so they end with the tab. */
export const state = {
  language: firstLanguage(),
  /** @type {Operation[]} */
  operations: [],
  /** @type {Map<string, { en: string, zh: string }>} */
  tags: new Map(),
  version: '',
  /** @type {CatalogueLine[]} */
  errors: [],
  /** @type {Credentials | null} */
  credentials: null,
  /** @type {Operation | null} */
  chosen: null,
  searched: '',
  /** @type {Map<string, Filled>} */
  filled: new Map(),
  /** Ids that answers told of, to fill in where they are asked for. @type {Record<string, string>} */
  seen: {},
  isSending: false,
}

/** The words of the page in its language. */
export const words = () => WORDS[state.language]

/** @returns {Language} */
function firstLanguage() {
  const asked = new URLSearchParams(location.search).get('lang') ?? navigator.language
  return asked.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** A name and its value, with the colon of the language. @param {string} name @param {string} value */
export const pair = (name, value) => `${name}${state.language === 'zh' ? '：' : ': '}${value}`

/** The address of an operation's page. @param {string} id */
export const addressOf = (id) => `/api-explorer?api=${id}`

/** @param {unknown} value */
export const inLines = (value) => JSON.stringify(value, null, 2)
