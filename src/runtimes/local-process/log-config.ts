import { Refusal } from '../../lib/errors.ts'
import type { LaunchSpec } from '../runtime.ts'

const LEVELS = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'ALL']
const LOGGER_NAME = /^[A-Za-z0-9_$.-]{1,200}$/

/** One log file of a process at most, then it rolls; five older ones are kept. */
const FILE_SIZE = '20MB'
const OLDER_FILES = 5

/**
 * log4j 2 configuration of a run: one rolling file per process at `-Dlog.file`, nothing on the console (that is the
 * program's own, kept in the `.out` file). Quiet loggers are those of Flink's stock configuration.
 * @throws Refusal `runtime.invalidSetting` for a level or a logger name that log4j does not know
 */
export function log4jProperties(levels: LaunchSpec['logLevels']): string {
  const loggers = Object.entries(levels.loggers).map(
    ([name, level], index) => `logger.user${index}.name = ${checkName(name)}
logger.user${index}.level = ${checkLevel(level)}`,
  )
  return `rootLogger.level = ${checkLevel(levels.root)}
rootLogger.appenderRef.file.ref = File

logger.pekko.name = org.apache.pekko
logger.pekko.level = INFO
logger.kafka.name = org.apache.kafka
logger.kafka.level = INFO
logger.hadoop.name = org.apache.hadoop
logger.hadoop.level = INFO
logger.shadednetty.name = org.apache.flink.shaded.netty4.io.netty.channel.DefaultChannelPipeline
logger.shadednetty.level = OFF

appender.file.type = RollingFile
appender.file.name = File
appender.file.fileName = \${sys:log.file}
appender.file.filePattern = \${sys:log.file}.%i
appender.file.append = true
appender.file.layout.type = PatternLayout
appender.file.layout.charset = UTF-8
appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = ${FILE_SIZE}
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = ${OLDER_FILES}

${loggers.join('\n')}
`
}

function checkLevel(level: string): string {
  const upper = level.toUpperCase()
  if (LEVELS.includes(upper)) return upper
  throw new Refusal('runtime.invalidSetting', {
    en: `"${level}" is not a log level. Use one of ${LEVELS.join(', ')}.`,
    zh: `“${level}”不是有效的日志级别，请使用 ${LEVELS.join('、')} 之一。`,
  })
}

function checkName(name: string): string {
  if (LOGGER_NAME.test(name)) return name
  throw new Refusal('runtime.invalidSetting', {
    en: `${JSON.stringify(name)} is not a logger name. Use the name of a class or package, such as com.example.jobs.`,
    zh: `${JSON.stringify(name)} 不是有效的日志记录器名称，请使用类名或包名，例如 com.example.jobs。`,
  })
}
