-- Generated: what the migrations add up to on SQLite.

CREATE TABLE "access_keys" ("id" text not null primary key,
  "user_id" text not null references "users" ("id"),
  "secret_sealed" text not null,
  "enabled" integer not null,
  "created_at" bigint not null);

CREATE TABLE "agencies" ("project_id" text not null primary key references "projects" ("id"),
  "roles_json" text not null,
  "updated_at" bigint not null);

CREATE TABLE "attempts" ("id" text not null primary key,
  "job_id" bigint not null references "jobs" ("id"),
  "number" integer not null,
  "flink_job_id" text not null unique,
  "flink_version" text not null,
  "runtime" text not null,
  "live" integer not null,
  "cu_count" integer not null,
  "memory_bytes" bigint not null,
  "restore_from" text,
  "restore_because" text not null,
  "launch_json" text not null,
  "created_at" bigint not null,
  "launched_at" bigint,
  "running_at" bigint,
  "ended_at" bigint,
  "outcome" text,
  "failure_json" text,
  "flink_restarts" integer not null,
  "timeline_json" text not null,
  "last_checkpoint" text,
  "last_checkpoint_at" bigint,
  "logs_exported_at" bigint,
  "silent_since" bigint,
  "run" integer default 1 not null,
  constraint "attempts_number" unique ("job_id", "number"));

CREATE TABLE "bucket_grants" ("project_id" text not null references "projects" ("id"),
  "bucket" text not null,
  "created_at" bigint not null,
  constraint "bucket_grants_key" primary key ("project_id", "bucket"));

CREATE TABLE "connectivity_tests" ("id" integer primary key autoincrement,
  "queue_id" bigint not null references "queues" ("id") on delete cascade,
  "host" text not null,
  "port" integer not null,
  "reachable" integer,
  "created_at" bigint not null);

CREATE TABLE "domains" ("id" text not null primary key,
  "name" text not null unique,
  "created_at" bigint not null);

CREATE TABLE "grants" ("project_id" text not null references "projects" ("id"),
  "thing_kind" text not null,
  "thing_id" text not null,
  "user_id" text not null references "users" ("id"),
  "right_name" text not null,
  constraint "grants_key" primary key ("project_id", "thing_kind", "thing_id", "user_id", "right_name"));

CREATE TABLE "job_graphs" ("job_id" bigint primary key references "jobs" ("id"),
  "attempt_id" text not null references "attempts" ("id"),
  "graph_json" text not null);

CREATE TABLE "job_sql" ("job_id" bigint primary key references "jobs" ("id"),
  "sql_body" text not null);

CREATE TABLE "job_users" ("project_id" text not null primary key references "projects" ("id"),
  "user_id" integer not null unique,
  "created_at" bigint not null);

CREATE TABLE "jobs" ("id" integer primary key autoincrement,
  "project_id" text not null references "projects" ("id"),
  "name" text not null,
  "type" text not null,
  "description" text not null,
  "queue_name" text,
  "settings_json" text not null,
  "owner_id" text not null references "users" ("id"),
  "state" text not null check (state in ('draft', 'queued', 'submitting', 'submitFailed', 'running', 'recovering', 'stopping', 'stopFailed', 'stopped', 'failed', 'finished', 'deleting', 'deleted')),
  "wants" text not null check (wants in ('running', 'stopped', 'deleted')),
  "generation" integer not null,
  "seen_generation" integer not null,
  "wish_json" text not null,
  "version" integer not null,
  "state_since" bigint not null,
  "status_json" text not null,
  "restart_times" integer not null,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  "started_at" bigint,
  "ended_at" bigint,
  "execution_graph" text,
  "deleted_at" bigint,
  "condition_json" text default '{"en":"","zh":""}' not null);

CREATE TABLE "launch_values" ("attempt_id" text not null primary key references "attempts" ("id"),
  "values_sealed" text not null);

CREATE TABLE "memberships" ("user_id" text not null references "users" ("id"),
  "project_id" text not null references "projects" ("id"),
  "role" text not null,
  constraint "memberships_key" primary key ("user_id", "project_id"));

CREATE TABLE "moves" ("id" integer primary key autoincrement,
  "job_id" bigint not null references "jobs" ("id"),
  "attempt_id" text,
  "event" text not null,
  "from_state" text,
  "to_state" text not null,
  "because" text not null,
  "at" bigint not null);

CREATE TABLE "operations" ("id" text not null primary key,
  "job_id" bigint not null references "jobs" ("id"),
  "attempt_id" text not null references "attempts" ("id"),
  "kind" text not null,
  "state" text not null check (state in ('open', 'completed', 'failed')),
  "directory" text not null,
  "location" text,
  "reason" text not null,
  "created_at" bigint not null,
  "ended_at" bigint);

CREATE TABLE "packages" ("id" integer primary key autoincrement,
  "project_id" text not null references "projects" ("id"),
  "group_name" text not null,
  "name" text not null,
  "kind" text not null,
  "status" text not null,
  "underlying_name" text not null,
  "source" text not null,
  "sha256" text,
  "size_bytes" bigint,
  "is_async" integer not null,
  "failure_json" text,
  "owner_id" text not null references "users" ("id"),
  "created_at" bigint not null,
  "updated_at" bigint not null,
  constraint "packages_name" unique ("project_id", "group_name", "name"));

CREATE TABLE "projects" ("id" text not null primary key,
  "domain_id" text not null references "domains" ("id"),
  "name" text not null,
  "description" text not null,
  "enabled" integer not null,
  "created_at" bigint not null,
  constraint "projects_name" unique ("domain_id", "name"));

CREATE TABLE "queues" ("id" integer primary key autoincrement,
  "resource_id" text not null,
  "project_id" text not null references "projects" ("id"),
  "name" text not null,
  "type" text not null,
  "description" text not null,
  "cu_count" integer not null,
  "resource_mode" integer not null,
  "charging_mode" integer not null,
  "engine" text,
  "platform" text not null,
  "feature" text,
  "labels_json" text not null,
  "enterprise_project_id" text not null,
  "elastic_resource_pool_name" text,
  "properties_json" text not null,
  "cidr_in_vpc" text not null,
  "owner_id" text not null references "users" ("id"),
  "created_at" bigint not null,
  "cu_spec" integer default 0 not null,
  constraint "queues_name" unique ("project_id", "name"));

CREATE TABLE "restarts" ("id" integer primary key autoincrement,
  "job_id" bigint not null references "jobs" ("id"),
  "attempt_id" text not null references "attempts" ("id"),
  "by" text not null check ("by" in ('flink', 'headgate')),
  "at" bigint not null);

CREATE TABLE "savepoints" ("id" text not null primary key,
  "job_id" bigint not null references "jobs" ("id"),
  "attempt_id" text,
  "origin" text not null,
  "url" text not null,
  "path" text not null,
  "created_at" bigint not null);

CREATE TABLE "tags" ("project_id" text not null references "projects" ("id"),
  "resource_type" text not null,
  "resource_id" text not null,
  "key" text not null,
  "value" text not null,
  constraint "tags_key" primary key ("project_id", "resource_type", "resource_id", "key"));

CREATE TABLE "templates" ("id" integer primary key autoincrement,
  "project_id" text not null references "projects" ("id"),
  "name" text not null,
  "description" text not null,
  "sql_body" text not null,
  "job_type" text not null,
  "owner_id" text not null references "users" ("id"),
  "created_at" bigint not null,
  "updated_at" bigint not null,
  constraint "templates_name" unique ("project_id", "name"));

CREATE TABLE "tokens" ("token_hash" text not null primary key,
  "user_id" text not null references "users" ("id"),
  "project_id" text references "projects" ("id"),
  "methods" text not null,
  "issued_at" bigint not null,
  "expires_at" bigint not null);

CREATE TABLE "users" ("id" text not null primary key,
  "domain_id" text not null references "domains" ("id"),
  "name" text not null,
  "password_hash" text not null,
  "is_admin" integer not null,
  "enabled" integer not null,
  "created_at" bigint not null,
  constraint "users_name" unique ("domain_id", "name"));

CREATE TABLE "variables" ("id" integer primary key autoincrement,
  "project_id" text not null references "projects" ("id"),
  "name" text not null,
  "value_sealed" text not null,
  "is_sensitive" integer not null,
  "owner_id" text not null references "users" ("id"),
  "created_at" bigint not null,
  "updated_at" bigint not null,
  constraint "variables_name" unique ("project_id", "name"));

CREATE UNIQUE INDEX attempts_one_live on attempts (job_id) where live = 1;

CREATE INDEX "connectivity_tests_queue" on "connectivity_tests" ("queue_id");

CREATE INDEX "grants_user" on "grants" ("user_id", "project_id", "thing_kind");

CREATE UNIQUE INDEX jobs_name on jobs (project_id, name) where deleted_at is null;

CREATE INDEX jobs_page on jobs (project_id, created_at, id) where deleted_at is null;

CREATE INDEX jobs_queue on jobs (project_id, lower(queue_name), created_at, id) where deleted_at is null;

CREATE INDEX jobs_state on jobs (project_id, state, created_at, id) where deleted_at is null;

CREATE INDEX "moves_job" on "moves" ("job_id", "id");

CREATE UNIQUE INDEX operations_one_open on operations (job_id) where state = 'open';

CREATE INDEX "packages_content" on "packages" ("sha256");

CREATE INDEX "restarts_job" on "restarts" ("job_id", "at");

CREATE INDEX "savepoints_job" on "savepoints" ("job_id");

CREATE INDEX tags_value on tags (project_id, resource_type, key, value, resource_id);

CREATE INDEX "tokens_expiry" on "tokens" ("expires_at");
