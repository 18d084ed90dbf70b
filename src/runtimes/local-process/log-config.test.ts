import { describe, expect, it } from 'vitest'
import { Refusal } from '../../lib/errors.ts'
import { log4jProperties } from './log-config.ts'

describe('log4j.properties', () => {
  it('holds the levels that were asked for', () => {
    const text = log4jProperties({ root: 'warn', loggers: { 'com.example': 'DEBUG' } })
    expect(text).toContain('rootLogger.level = WARN\n')
    expect(text).toContain('logger.user0.name = com.example\nlogger.user0.level = DEBUG\n')
    expect(text).toContain('appender.file.fileName = $\u007bsys:log.file}\n')
  })

  it.each([
    [{ root: 'LOUD', loggers: {} }],
    [{ root: 'INFO', loggers: { 'a b': 'INFO' } }],
    [{ root: 'INFO', loggers: { 'a\nrootLogger.level = OFF': 'INFO' } }],
    [{ root: 'INFO', loggers: { a: 'INFO\nx' } }],
  ])('is refused for %j', (levels) => expect(() => log4jProperties(levels)).toThrow(Refusal))
})
