-- Generated: what the migrations add up to on PostgreSQL.

CREATE TABLE access_keys (
  id text collate "C" not null,
  user_id text collate "C" not null,
  secret_sealed text collate "C" not null,
  enabled integer not null,
  created_at bigint not null,
  constraint access_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint access_keys_pkey PRIMARY KEY (id));

CREATE TABLE agencies (
  project_id text collate "C" not null,
  roles_json text collate "C" not null,
  updated_at bigint not null,
  constraint agencies_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id),
  constraint agencies_pkey PRIMARY KEY (project_id));

CREATE TABLE attempts (
  id text collate "C" not null,
  job_id bigint not null,
  number integer not null,
  flink_job_id text collate "C" not null,
  flink_version text collate "C" not null,
  runtime text collate "C" not null,
  live integer not null,
  cu_count integer not null,
  memory_bytes bigint not null,
  restore_from text collate "C",
  restore_because text collate "C" not null,
  launch_json text collate "C" not null,
  created_at bigint not null,
  launched_at bigint,
  running_at bigint,
  ended_at bigint,
  outcome text collate "C",
  failure_json text collate "C",
  flink_restarts integer not null,
  timeline_json text collate "C" not null,
  last_checkpoint text collate "C",
  last_checkpoint_at bigint,
  logs_exported_at bigint,
  silent_since bigint,
  run integer not null,
  constraint attempts_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id),
  constraint attempts_pkey PRIMARY KEY (id),
  constraint attempts_flink_job_id_key UNIQUE (flink_job_id),
  constraint attempts_number UNIQUE (job_id, number));

CREATE TABLE bucket_grants (
  project_id text collate "C" not null,
  bucket text collate "C" not null,
  created_at bigint not null,
  constraint bucket_grants_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id),
  constraint bucket_grants_key PRIMARY KEY (project_id, bucket));

CREATE TABLE connectivity_tests (
  id bigint not null generated always as identity,
  queue_id bigint not null,
  host text collate "C" not null,
  port integer not null,
  reachable integer,
  created_at bigint not null,
  constraint connectivity_tests_queue_id_fkey FOREIGN KEY (queue_id) REFERENCES queues(id) ON DELETE CASCADE,
  constraint connectivity_tests_pkey PRIMARY KEY (id));

CREATE TABLE domains (
  id text collate "C" not null,
  name text collate "C" not null,
  created_at bigint not null,
  constraint domains_pkey PRIMARY KEY (id),
  constraint domains_name_key UNIQUE (name));

CREATE TABLE grants (
  project_id text collate "C" not null,
  thing_kind text collate "C" not null,
  thing_id text collate "C" not null,
  user_id text collate "C" not null,
  right_name text collate "C" not null,
  constraint grants_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id),
  constraint grants_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint grants_key PRIMARY KEY (project_id, thing_kind, thing_id, user_id, right_name));

CREATE TABLE job_graphs (
  job_id bigint not null,
  attempt_id text collate "C" not null,
  graph_json text collate "C" not null,
  constraint job_graphs_attempt_id_fkey FOREIGN KEY (attempt_id) REFERENCES attempts(id),
  constraint job_graphs_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id),
  constraint job_graphs_pkey PRIMARY KEY (job_id));

CREATE TABLE job_sql (
  job_id bigint not null,
  sql_body text collate "C" not null,
  constraint job_sql_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id),
  constraint job_sql_pkey PRIMARY KEY (job_id));

CREATE TABLE job_users (
  project_id text collate "C" not null,
  user_id integer not null,
  created_at bigint not null,
  constraint job_users_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id),
  constraint job_users_pkey PRIMARY KEY (project_id),
  constraint job_users_user_id_key UNIQUE (user_id));

CREATE TABLE jobs (
  id bigint not null generated always as identity,
  project_id text collate "C" not null,
  name text collate "C" not null,
  type text collate "C" not null,
  description text collate "C" not null,
  queue_name text collate "C",
  settings_json text collate "C" not null,
  owner_id text collate "C" not null,
  state text collate "C" not null,
  wants text collate "C" not null,
  generation integer not null,
  seen_generation integer not null,
  wish_json text collate "C" not null,
  version integer not null,
  state_since bigint not null,
  status_json text collate "C" not null,
  restart_times integer not null,
  created_at bigint not null,
  updated_at bigint not null,
  started_at bigint,
  ended_at bigint,
  execution_graph text collate "C",
  deleted_at bigint,
  condition_json text collate "C" not null,
  constraint jobs_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'queued'::text, 'submitting'::text, 'submitFailed'::text, 'running'::text, 'recovering'::text, 'stopping'::text, 'stopFailed'::text, 'stopped'::text, 'failed'::text, 'finished'::text, 'deleting'::text, 'deleted'::text]))),
  constraint jobs_wants_check CHECK ((wants = ANY (ARRAY['running'::text, 'stopped'::text, 'deleted'::text]))),
  constraint jobs_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id),
  constraint jobs_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id),
  constraint jobs_pkey PRIMARY KEY (id));

CREATE TABLE launch_values (
  attempt_id text collate "C" not null,
  values_sealed text collate "C" not null,
  constraint launch_values_attempt_id_fkey FOREIGN KEY (attempt_id) REFERENCES attempts(id),
  constraint launch_values_pkey PRIMARY KEY (attempt_id));

CREATE TABLE memberships (
  user_id text collate "C" not null,
  project_id text collate "C" not null,
  role text collate "C" not null,
  constraint memberships_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id),
  constraint memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint memberships_key PRIMARY KEY (user_id, project_id));

CREATE TABLE moves (
  id bigint not null generated always as identity,
  job_id bigint not null,
  attempt_id text collate "C",
  event text collate "C" not null,
  from_state text collate "C",
  to_state text collate "C" not null,
  because text collate "C" not null,
  at bigint not null,
  constraint moves_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id),
  constraint moves_pkey PRIMARY KEY (id));

CREATE TABLE operations (
  id text collate "C" not null,
  job_id bigint not null,
  attempt_id text collate "C" not null,
  kind text collate "C" not null,
  state text collate "C" not null,
  directory text collate "C" not null,
  location text collate "C",
  reason text collate "C" not null,
  created_at bigint not null,
  ended_at bigint,
  constraint operations_state_check CHECK ((state = ANY (ARRAY['open'::text, 'completed'::text, 'failed'::text]))),
  constraint operations_attempt_id_fkey FOREIGN KEY (attempt_id) REFERENCES attempts(id),
  constraint operations_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id),
  constraint operations_pkey PRIMARY KEY (id));

CREATE TABLE packages (
  id bigint not null generated always as identity,
  project_id text collate "C" not null,
  group_name text collate "C" not null,
  name text collate "C" not null,
  kind text collate "C" not null,
  status text collate "C" not null,
  underlying_name text collate "C" not null,
  source text collate "C" not null,
  sha256 text collate "C",
  size_bytes bigint,
  is_async integer not null,
  failure_json text collate "C",
  owner_id text collate "C" not null,
  created_at bigint not null,
  updated_at bigint not null,
  constraint packages_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id),
  constraint packages_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id),
  constraint packages_pkey PRIMARY KEY (id),
  constraint packages_name UNIQUE (project_id, group_name, name));

CREATE TABLE projects (
  id text collate "C" not null,
  domain_id text collate "C" not null,
  name text collate "C" not null,
  description text collate "C" not null,
  enabled integer not null,
  created_at bigint not null,
  constraint projects_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES domains(id),
  constraint projects_pkey PRIMARY KEY (id),
  constraint projects_name UNIQUE (domain_id, name));

CREATE TABLE queues (
  id bigint not null generated always as identity,
  resource_id text collate "C" not null,
  project_id text collate "C" not null,
  name text collate "C" not null,
  type text collate "C" not null,
  description text collate "C" not null,
  cu_count integer not null,
  resource_mode integer not null,
  charging_mode integer not null,
  engine text collate "C",
  platform text collate "C" not null,
  feature text collate "C",
  labels_json text collate "C" not null,
  enterprise_project_id text collate "C" not null,
  elastic_resource_pool_name text collate "C",
  properties_json text collate "C" not null,
  cidr_in_vpc text collate "C" not null,
  owner_id text collate "C" not null,
  created_at bigint not null,
  cu_spec integer not null,
  constraint queues_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id),
  constraint queues_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id),
  constraint queues_pkey PRIMARY KEY (id),
  constraint queues_name UNIQUE (project_id, name));

CREATE TABLE restarts (
  id bigint not null generated always as identity,
  job_id bigint not null,
  attempt_id text collate "C" not null,
  by text collate "C" not null,
  at bigint not null,
  constraint restarts_by_check CHECK ((by = ANY (ARRAY['flink'::text, 'headgate'::text]))),
  constraint restarts_attempt_id_fkey FOREIGN KEY (attempt_id) REFERENCES attempts(id),
  constraint restarts_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id),
  constraint restarts_pkey PRIMARY KEY (id));

CREATE TABLE savepoints (
  id text collate "C" not null,
  job_id bigint not null,
  attempt_id text collate "C",
  origin text collate "C" not null,
  url text collate "C" not null,
  path text collate "C" not null,
  created_at bigint not null,
  constraint savepoints_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id),
  constraint savepoints_pkey PRIMARY KEY (id));

CREATE TABLE tags (
  project_id text collate "C" not null,
  resource_type text collate "C" not null,
  resource_id text collate "C" not null,
  key text collate "C" not null,
  value text collate "C" not null,
  constraint tags_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id),
  constraint tags_key PRIMARY KEY (project_id, resource_type, resource_id, key));

CREATE TABLE templates (
  id bigint not null generated always as identity,
  project_id text collate "C" not null,
  name text collate "C" not null,
  description text collate "C" not null,
  sql_body text collate "C" not null,
  job_type text collate "C" not null,
  owner_id text collate "C" not null,
  created_at bigint not null,
  updated_at bigint not null,
  constraint templates_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id),
  constraint templates_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id),
  constraint templates_pkey PRIMARY KEY (id),
  constraint templates_name UNIQUE (project_id, name));

CREATE TABLE tokens (
  token_hash text collate "C" not null,
  user_id text collate "C" not null,
  project_id text collate "C",
  methods text collate "C" not null,
  issued_at bigint not null,
  expires_at bigint not null,
  constraint tokens_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id),
  constraint tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint tokens_pkey PRIMARY KEY (token_hash));

CREATE TABLE users (
  id text collate "C" not null,
  domain_id text collate "C" not null,
  name text collate "C" not null,
  password_hash text collate "C" not null,
  is_admin integer not null,
  enabled integer not null,
  created_at bigint not null,
  constraint users_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES domains(id),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_name UNIQUE (domain_id, name));

CREATE TABLE variables (
  id bigint not null generated always as identity,
  project_id text collate "C" not null,
  name text collate "C" not null,
  value_sealed text collate "C" not null,
  is_sensitive integer not null,
  owner_id text collate "C" not null,
  created_at bigint not null,
  updated_at bigint not null,
  constraint variables_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id),
  constraint variables_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id),
  constraint variables_pkey PRIMARY KEY (id),
  constraint variables_name UNIQUE (project_id, name));

CREATE UNIQUE INDEX attempts_one_live ON public.attempts USING btree (job_id) WHERE (live = 1);

CREATE INDEX connectivity_tests_queue ON public.connectivity_tests USING btree (queue_id);

CREATE INDEX grants_user ON public.grants USING btree (user_id, project_id, thing_kind);

CREATE UNIQUE INDEX jobs_name ON public.jobs USING btree (project_id, name) WHERE (deleted_at IS NULL);

CREATE INDEX jobs_page ON public.jobs USING btree (project_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX jobs_queue ON public.jobs USING btree (project_id, lower(queue_name), created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX jobs_state ON public.jobs USING btree (project_id, state, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX moves_job ON public.moves USING btree (job_id, id);

CREATE UNIQUE INDEX operations_one_open ON public.operations USING btree (job_id) WHERE (state = 'open'::text);

CREATE INDEX packages_content ON public.packages USING btree (sha256);

CREATE INDEX restarts_job ON public.restarts USING btree (job_id, at);

CREATE INDEX savepoints_job ON public.savepoints USING btree (job_id);

CREATE INDEX tags_value ON public.tags USING btree (project_id, resource_type, key, value, resource_id);

CREATE INDEX tokens_expiry ON public.tokens USING btree (expires_at);
