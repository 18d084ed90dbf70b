import type { Generated } from 'kysely'

/**
 * The tables as TypeScript sees them. Portable on purpose: text, 53-bit integers, no arrays, no JSON operators.
 * Times are milliseconds since 1970 UTC, truth values are 0 or 1, and columns named `…_json` hold JSON text.
 */
export interface Schema {
  domains: { id: string; name: string; created_at: number }
  projects: { id: string; domain_id: string; name: string; description: string; enabled: number; created_at: number }
  /** The user id (uid and gid) under which the jobs of a project run; given once, never to another project. */
  job_users: { project_id: string; user_id: number; created_at: number }
  users: {
    id: string
    domain_id: string
    name: string
    password_hash: string
    is_admin: number
    enabled: number
    created_at: number
  }
  /** A user works in a project as `admin` or `member`. */
  memberships: { user_id: string; project_id: string; role: string }
  /** Only the SHA-256 of a token is stored. Without a project it is scoped to the domain. */
  tokens: {
    token_hash: string
    user_id: string
    project_id: string | null
    /** How it was obtained (`password`, `token`), separated by commas. */
    methods: string
    issued_at: number
    expires_at: number
  }
  /** `id` is the AK; the SK is sealed with the key file that lies outside the database. */
  access_keys: { id: string; user_id: string; secret_sealed: string; enabled: number; created_at: number }

  /** A right on a job, queue, package (by its id) or package group (by its name) that a member was given. */
  grants: { project_id: string; thing_kind: string; thing_id: string; user_id: string; right_name: string }

  queues: {
    id: Generated<number>
    resource_id: string
    project_id: string
    name: string
    type: string
    description: string
    cu_count: number
    /** The CUs it was made with. */
    cu_spec: Generated<number>
    resource_mode: number
    charging_mode: number
    engine: string | null
    platform: string
    feature: string | null
    labels_json: string
    enterprise_project_id: string
    elastic_resource_pool_name: string | null
    properties_json: string
    cidr_in_vpc: string
    owner_id: string
    created_at: number
  }
  /** Whether an address can be reached, as a user asked; `reachable` is null until it is known. */
  connectivity_tests: {
    id: Generated<number>
    queue_id: number
    host: string
    port: number
    reachable: number | null
    created_at: number
  }
  /** What a project lets the service do with other services. */
  agencies: { project_id: string; roles_json: string; updated_at: number }
  /** Buckets a project has authorised Headgate to use. */
  bucket_grants: { project_id: string; bucket: string; created_at: number }

  /** A stored file that jobs use; `group_name` is empty for a package without group. */
  packages: {
    id: Generated<number>
    project_id: string
    group_name: string
    name: string
    kind: string
    status: string
    underlying_name: string
    source: string
    sha256: string | null
    size_bytes: number | null
    is_async: number
    /** Why it is FAILED, in English and Chinese. */
    failure_json: string | null
    owner_id: string
    created_at: number
    updated_at: number
  }

  tags: { project_id: string; resource_type: string; resource_id: string; key: string; value: string }

  /** Global variables: `{{name}}` in what jobs are launched with. */
  variables: {
    id: Generated<number>
    project_id: string
    name: string
    /** Every value is sealed; `is_sensitive` says only whether people may see it. */
    value_sealed: string
    is_sensitive: number
    owner_id: string
    created_at: number
    updated_at: number
  }
  /** What the variables of one launch stood for, so that a repeated launch is the same launch. */
  launch_values: { attempt_id: string; values_sealed: string }

  /** Texts that SQL jobs are made from. */
  templates: {
    id: Generated<number>
    project_id: string
    name: string
    description: string
    sql_body: string
    job_type: string
    owner_id: string
    created_at: number
    updated_at: number
  }

  jobs: {
    id: Generated<number>
    project_id: string
    name: string
    type: string
    description: string
    queue_name: string | null
    settings_json: string
    owner_id: string
    state: string
    /** What the user wants: `running`, `stopped` or `deleted`. */
    wants: string
    /** Counts commands; the reconciler notes in `seen_generation` which it has acted on. */
    generation: number
    seen_generation: number
    /** The wish behind `wants`, as JSON: resume or not, savepoint before stop or not. */
    wish_json: string
    /** Changes with every write of the row; a write names the version it read. */
    version: number
    state_since: number
    /** Why the job is in this state, in English and Chinese, as JSON; empty texts when there is nothing to say. */
    status_json: string
    /** What stands out about it while it runs (unstable, not reachable), as `status_json`. */
    condition_json: Generated<string>
    restart_times: number
    created_at: number
    updated_at: number
    started_at: number | null
    ended_at: number | null
    execution_graph: string | null
    deleted_at: number | null
  }
  /** Text of an SQL job, beside the jobs because it may be long. */
  job_sql: { job_id: number; sql_body: string }
  /** What Flink last told of the newest attempt that told anything, as JSON. */
  job_graphs: { job_id: number; attempt_id: string; graph_json: string }
  attempts: {
    id: string
    job_id: number
    number: number
    flink_job_id: string
    flink_version: string
    runtime: string
    /** 1 until nothing of it runs any more; at most one live attempt per job. */
    live: number
    cu_count: number
    memory_bytes: number
    restore_from: string | null
    restore_because: string
    /** Everything the launch needs, as JSON: a repeated launch is the same launch. */
    launch_json: string
    created_at: number
    launched_at: number | null
    running_at: number | null
    ended_at: number | null
    outcome: string | null
    failure_json: string | null
    flink_restarts: number
    timeline_json: string
    last_checkpoint: string | null
    last_checkpoint_at: number | null
    logs_exported_at: number | null
    /** Since when its JobManager lives but does not answer. */
    silent_since: number | null
    /** Counts the runs of the job: attempts without a command to start between them belong to one. */
    run: Generated<number>
  }
  /** One restart of a job: by Flink inside an attempt, or by Headgate with a new one. */
  restarts: {
    id: Generated<number>
    job_id: number
    attempt_id: string
    /** `flink` or `headgate`. */
    by: string
    at: number
  }
  /** One recorded change of a job's state. */
  moves: {
    id: Generated<number>
    job_id: number
    attempt_id: string | null
    event: string
    from_state: string | null
    to_state: string
    because: string
    at: number
  }
  /** Something asked of an attempt that has a result of its own: a savepoint, a stop with savepoint. */
  operations: {
    id: string
    job_id: number
    attempt_id: string
    kind: string
    state: string
    directory: string
    location: string | null
    reason: string
    created_at: number
    ended_at: number | null
  }
  /** Where a job can start from: made by an operation, or imported. `url` is the one Flink reads. */
  savepoints: {
    id: string
    job_id: number
    attempt_id: string | null
    origin: string
    url: string
    path: string
    created_at: number
  }
}
