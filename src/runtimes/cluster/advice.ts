import type { Texts } from '../../lib/errors.ts'

/** What a person can do about a failure, told by the exception's text. The first rule that fits speaks. */
export type FailureContext = Readonly<{ mainClass: string; javaMajorVersion: number; flinkVersion: string }>

type Rule = Readonly<{ when: RegExp; advice: (match: RegExpExecArray, context: FailureContext) => Texts }>

/** Java's class file version is 44 more than the number of the release (JVM specification, table 4.1-A). */
function javaOfClassFile(version: string): number {
  return Math.floor(Number(version)) - 44
}

const RULES: readonly Rule[] = [
  {
    when: /No space left on device|Disk quota exceeded/,
    advice: () => ({
      en: 'The disk is full: free space on it and start the job again.',
      zh: '磁盘已满：请释放空间后重新启动作业。',
    }),
  },
  {
    when: /class file version (\d+)(?:\.\d+)?\)?, this version of the Java Runtime/,
    advice: ([, version = '0'], { javaMajorVersion: java }) => ({
      en: `The jar was compiled for Java ${javaOfClassFile(version)} (class file ${version}), but jobs run on Java ${java} here: compile it with --release ${java} or lower, or let the service use Java ${javaOfClassFile(version)}.`,
      zh: `该 jar 是用 Java ${javaOfClassFile(version)} 编译的（class 文件版本 ${version}），而此处作业运行在 Java ${java} 上：请使用 --release ${java} 或更低版本重新编译，或让服务使用 Java ${javaOfClassFile(version)}。`,
    }),
  },
  {
    when: /obs:\/\/[^\n]* names no object: /,
    advice: () => ({
      en: 'Correct the obs:// path that the program opens: a bucket of its own project, a key without "..", and no symbolic link on the way.',
      zh: '请更正程序打开的 obs:// 路径：须为本项目的桶，对象键不含 “..”，且路径中没有符号链接。',
    }),
  },
  {
    when: /FileNotFoundException: File (obs:\/\/[^\n]*?) does not exist/,
    advice: ([, url = '']) => ({
      en: `There is no object ${url} in the project: check bucket and key, or upload it before the job starts.`,
      zh: `项目中没有对象 ${url}：请检查桶和对象键，或在启动作业前上传。`,
    }),
  },
  {
    when: /Could not find a file system implementation for scheme 'obs'/,
    advice: () => ({
      en: 'The obs:// file system could not be made for this Flink here: submit.log says why. Mend that and start the job again.',
      zh: '未能为此 Flink 构建 obs:// 文件系统：原因见 submit.log，修复后请重新启动作业。',
    }),
  },
  {
    when: /UnsupportedFileSystemSchemeException|Could not find a file system implementation for scheme '([^']+)'/,
    advice: ([, scheme = '?']) => ({
      en: `Flink has no file system for ${scheme}:// here: use a path that the service maps, or install the plugin for it.`,
      zh: `此处的 Flink 不支持 ${scheme}:// 文件系统：请使用服务可映射的路径，或安装相应插件。`,
    }),
  },
  {
    when: /ZipException|zip END header not found|error in opening zip file|zip file is empty|invalid LOC header|JarException/,
    advice: () => ({
      en: 'One of the jars is no valid jar file: build and upload it again.',
      zh: '其中一个 jar 不是有效的 jar 文件：请重新构建并上传。',
    }),
  },
  {
    when: /UserSystemExitException|attempted to exit JVM/,
    advice: () => ({
      en: 'The program calls System.exit, which would end the whole cluster and is not allowed: return from main, or throw an exception.',
      zh: '程序调用了 System.exit，会终止整个集群，因此不允许：请从 main 返回，或抛出异常。',
    }),
  },
  {
    when: /has no main\(String\[\]\) method|does not have a main method|main method is not (?:public|static)|Main method not found/,
    advice: (_, { mainClass }) => ({
      en: `${mainClass} has no "public static void main(String[])": name the right main class (main_class), or add the method.`,
      zh: `${mainClass} 没有 “public static void main(String[])” 方法：请填写正确的主类（main_class），或添加该方法。`,
    }),
  },
  {
    when: /(?:ClassNotFoundException|NoClassDefFoundError): (?:Could not initialize class )?([\w.$/]+)/,
    advice: ([, missing = ''], context) => missingClass(missing.replaceAll('/', '.'), context),
  },
  {
    when: /NoSuchMethodError|NoSuchFieldError|AbstractMethodError|IncompatibleClassChangeError/,
    advice: (_, { flinkVersion }) => ({
      en: `The jars do not fit together or were built for another Flink: build them against Flink ${flinkVersion}, or choose the job's flink_version to fit them.`,
      zh: `jar 之间不兼容，或是针对其他 Flink 版本构建的：请针对 Flink ${flinkVersion} 构建，或为作业选择匹配的 flink_version。`,
    }),
  },
  {
    when: /insufficient memory for the Java Runtime|Could not reserve enough space|unable to create (?:new )?native thread/,
    advice: () => ({
      en: 'The machine itself is short of memory or of threads: run fewer jobs at once, give this one fewer CUs, or set a smaller memory of one CU (cu.memory).',
      zh: '机器本身的内存或线程不足：请减少同时运行的作业、减少此作业的 CU 数，或调小单个 CU 的内存（cu.memory）。',
    }),
  },
  {
    when: /Unrecognized (?:VM )?option|Could not create the Java Virtual Machine|Invalid maximum heap size/,
    advice: () => ({
      en: 'Java does not accept one of its options: correct the settings env.java.opts of the job.',
      zh: 'Java 不接受其中一个启动选项：请修正作业的 env.java.opts 配置。',
    }),
  },
  {
    when: /OutOfMemoryError: (Java heap space|GC overhead|Metaspace|Direct buffer|[^\n]*)/,
    advice: ([, what = '']) => ({
      en: `A process of the job ran out of memory (${what.trim()}): give it more CUs (tm_cus for TaskManagers, manager_cu_number for the JobManager), or make the program keep less in memory.`,
      zh: `作业进程内存不足（${what.trim()}）：请增加 CU 数（TaskManager 用 tm_cus，JobManager 用 manager_cu_number），或减少程序的内存占用。`,
    }),
  },
  {
    when: /BindException|Address already in use|Could not start rest endpoint on any port/,
    advice: () => ({
      en: 'A network port was taken by another program of this machine: start the job again.',
      zh: '网络端口已被本机其他程序占用：请重新启动作业。',
    }),
  },
  {
    when: /NoResourceAvailableException|Could not acquire the minimum required resources/,
    advice: () => ({
      en: 'There were not enough task slots in time: lower the parallelism, give the job more CUs or slots, and see whether the TaskManagers live (taskmanager-1.log).',
      zh: '未能及时获得足够的 slot：请降低并行度、增加 CU 或 slot，并检查 TaskManager 是否存活（taskmanager-1.log）。',
    }),
  },
  {
    when: /Cannot have more than one execute\(\) or executeAsync\(\)/,
    advice: () => ({
      en: 'The program calls execute() more than once; a job may do so once. Join the pipelines in one execute(), or make two jobs.',
      zh: '程序多次调用了 execute()，而一个作业只能调用一次：请合并为一次 execute()，或拆分为两个作业。',
    }),
  },
  {
    when: /No operators defined in streaming topology|contains no execute\(\) calls/,
    advice: () => ({
      en: 'The program ended without starting a Flink job: check its arguments, and that main calls execute().',
      zh: '程序结束时没有启动 Flink 作业：请检查参数，并确认 main 调用了 execute()。',
    }),
  },
  {
    when: /Cannot map checkpoint\/savepoint state|allowNonRestoredState|There is no operator for the state/,
    advice: () => ({
      en: 'The savepoint holds state of an operator that the program no longer has: give operators fixed uids, or allow such state to be skipped (allow_non_restored_state).',
      zh: '保存点中含有程序已不存在的算子状态：请为算子设置固定 uid，或允许跳过这部分状态（allow_non_restored_state）。',
    }),
  },
  {
    when: /Cannot find (?:meta data file '_metadata'|checkpoint or savepoint)|Failed to (?:rollback to|trigger) (?:checkpoint\/)?savepoint/i,
    advice: () => ({
      en: 'The state to resume from cannot be read: choose another savepoint, or start without one.',
      zh: '无法读取要恢复的状态：请选择其他保存点，或不使用保存点启动。',
    }),
  },
  {
    when: /InaccessibleObjectException|module java\.base does not "opens/,
    advice: () => ({
      en: 'A library reaches into Java itself, which Java 17 forbids: use a newer release of it, or open the package with the setting env.java.opts.all (--add-opens=...).',
      zh: '某个库访问了 Java 内部类，Java 17 不允许：请使用其较新版本，或通过配置 env.java.opts.all 开放该包（--add-opens=...）。',
    }),
  },
  {
    when: /UnknownHostException|ConnectException|Connection refused|NoRouteToHostException|SocketTimeoutException/,
    advice: () => ({
      en: 'A server that the program uses cannot be reached: check its address and that this machine can connect to it.',
      zh: '程序所使用的服务器无法连接：请检查地址以及本机与其的网络连通性。',
    }),
  },
]

function missingClass(missing: string, { mainClass }: FailureContext): Texts {
  if (missing === mainClass) {
    return {
      en: `None of the jars holds the main class ${mainClass}: correct main_class, or upload the jar that holds it.`,
      zh: `所有 jar 中都没有主类 ${mainClass}：请更正 main_class，或上传包含该类的 jar。`,
    }
  }
  return {
    en: `None of the jars holds the class ${missing}: add the jar that holds it to the job (dependency_jars), or pack it into the program's jar.`,
    zh: `所有 jar 中都没有类 ${missing}：请将包含它的 jar 加入作业（dependency_jars），或打包进程序的 jar。`,
  }
}

const OTHERWISE: Texts = {
  en: 'The exception comes from the program or a library of it: read the whole of it and the log files of the job, correct the program or its arguments, and start the job again.',
  zh: '该异常来自程序或其依赖库：请查看完整异常和作业日志，修正程序或参数后重新启动作业。',
}

export function adviceFor(text: string, context: FailureContext): Texts {
  for (const { when, advice } of RULES) {
    const match = when.exec(text)
    if (match !== null) return advice(match, context)
  }
  return OTHERWISE
}
