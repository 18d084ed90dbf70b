/**
 * Every setting, as data: the environment variable, what it means, and its default in words. The configuration guide
 * (docs/guides/configuration.md) is generated from here.
 */
export const OPTIONS = {
  HEADGATE_DATA: { text: 'Folder of everything Headgate stores.', byDefault: 'data, in the project folder' },
  HEADGATE_DATABASE_URL: {
    text: 'The PostgreSQL database (14 or newer) to use, as postgres://user:password@host:port/database; one service per database.',
    byDefault: 'an SQLite file in the data folder',
  },
  HEADGATE_DATABASE_CONNECTIONS: { text: 'Connections to PostgreSQL; one more is always held.', byDefault: '10' },
  HEADGATE_FLINK_DIR: { text: 'Folder of the installed Flink versions.', byDefault: 'flink, in the data folder' },
  HEADGATE_HOST: { text: 'Address to listen on.', byDefault: '127.0.0.1' },
  HEADGATE_PORT: { text: 'Port to listen on; 0 takes a free one.', byDefault: '8090' },
  HEADGATE_LOG_LEVEL: { text: 'trace, debug, info, warn, error or silent.', byDefault: 'info' },
  HEADGATE_RUNTIME: {
    text: 'What runs jobs: local-process is real Flink on this machine; simulated only pretends, for tests and development (docs/guides/simulator.md).',
    byDefault: 'local-process',
  },
  HEADGATE_JAVA_HOME: {
    text: 'The JDK (17 or 21) that jobs run on.',
    byDefault: 'JAVA_HOME, else the JDK on the PATH, else one in /usr/lib/jvm',
  },
  HEADGATE_CU_MEMORY: { text: 'Memory of one CU, such as 2G or 1536M.', byDefault: '2G' },
  HEADGATE_HOST_MEMORY: {
    text: 'Memory that all jobs together may take: a size such as 12G, or a part of the RAM such as 80%.',
    byDefault: '80%',
  },
  HEADGATE_JOB_USERS: {
    text: 'User ids that jobs run under, one for each project (docs/guides/security.md): a range such as 50000-59999, auto, or off. A range is required to work, auto does without where it cannot.',
    byDefault: 'auto: 50000-59999 when the service runs as root',
  },
  HEADGATE_RUN_DISK: {
    text: 'Disk space that one run of a job may take for its logs and temporary files, such as 20G; a run that takes more is ended.',
    byDefault: '20G',
  },
  HEADGATE_STARTS_AT_ONCE: {
    text: 'Clusters that may be starting at the same time.',
    byDefault: 'the number of CPU cores',
  },
  HEADGATE_WARM_SLOTS: {
    text: 'Jobs that can start in about a second: for so many of the kind that was started last, JVMs are kept waiting, of about 0.8 GB each; 0 keeps none.',
    byDefault: '1',
  },
  HEADGATE_TRAIN_ARCHIVES: {
    text: 'on or off: when nothing is being started, make class data archives, with which clusters start faster.',
    byDefault: 'on',
  },
  HEADGATE_MAX_CU_NUMBER: { text: 'Largest cu_number of a job.', byDefault: '400' },
  HEADGATE_MAX_DRAFTS: { text: 'Jobs of a project that may be there without ever having run.', byDefault: '100' },
  HEADGATE_MAX_PACKAGES: { text: 'Packages that a project may have.', byDefault: '10000' },
  HEADGATE_MAX_QUEUES: { text: 'Queues that a project may have.', byDefault: '1000' },
  HEADGATE_MAX_QUEUE_CUS: { text: 'CUs that one queue may have.', byDefault: '10000' },
  HEADGATE_MAX_CUS: { text: 'CUs that the queues of a project may have together.', byDefault: '100000' },
  HEADGATE_TAG_VALUES: {
    text: 'documented: the value of a tag has up to 43 characters; long: up to 255, as newer editions of DLI allow.',
    byDefault: 'documented',
  },
  HEADGATE_QUEUED_SECONDS: {
    text: 'How long a job waits for CUs and memory before it fails to submit.',
    byDefault: '900',
  },
  HEADGATE_LAUNCH_SECONDS: { text: 'How long a start may take before it has failed.', byDefault: '300' },
  HEADGATE_SAVEPOINT_SECONDS: { text: 'How long a savepoint may take before it has failed.', byDefault: '600' },
  HEADGATE_SILENT_SECONDS: {
    text: 'How long the JobManager of a running job may live without an answer before it counts as dead.',
    byDefault: '120',
  },
  HEADGATE_LOST_SEALING_KEY: {
    text: 'What a start does when sealing.key is gone or is another than the one that the access keys in the database were sealed with: refuse, or replace, which disables those access keys, removes global variables and prints a new key of the administrator.',
    byDefault: 'refuse',
  },
  HEADGATE_CALLS_PER_MINUTE: {
    text: 'Calls that one user may make in a minute, and one address whose calls are not let in; 0 is no limit.',
    byDefault: '60000',
  },
  HEADGATE_WRONG_PASSWORDS: {
    text: 'Wrong passwords for one user from one address, after which further ones are refused for 5 minutes.',
    byDefault: '10',
  },
  HEADGATE_ADMIN_PASSWORD: {
    text: 'Password of the administrator that the first start creates.',
    byDefault: 'a random one, printed once',
  },
  HEADGATE_PROJECT_ID: {
    text: 'Id of the project that the first start creates: 32 hex digits.',
    byDefault: 'a random one',
  },
  HEADGATE_URL: {
    text: 'Where commands that ask a running service find it.',
    byDefault: 'http:// with HEADGATE_HOST and HEADGATE_PORT',
  },
  HEADGATE_ACCESS_KEY: { text: 'Access key that such commands sign with.', byDefault: 'none' },
  HEADGATE_SECRET_KEY: { text: 'Secret key that belongs to it.', byDefault: 'none' },
  HEADGATE_PROJECT_NAME: { text: 'Name of that project; clients ask for it as their region.', byDefault: 'headgate' },
} as const satisfies Record<string, { text: string; byDefault: string }>

export type OptionName = keyof typeof OPTIONS
