import { ConfigurationError } from "../../domain/errors.ts";
import type { Session } from "./database.ts";

/** Ours, beside those of pg-boss, which are in a schema of their own so that nobody else's are met. */
export const OURS = "kuleshov_fleet";
export const QUEUE = "kuleshov_queue";

/** Raised when the tables change. */
const FORMAT = 2;

const TABLES = `
CREATE SCHEMA IF NOT EXISTS ${OURS};
CREATE TABLE IF NOT EXISTS ${OURS}.format (format int NOT NULL);
CREATE TABLE IF NOT EXISTS ${OURS}.run (
  name text PRIMARY KEY,
  -- json, as names of files may hold what jsonb refuses
  plan json NOT NULL,
  -- of the first shard that was done
  settings json,
  tokens float8 NOT NULL DEFAULT 0,
  usd float8 NOT NULL DEFAULT 0,
  next_call timestamptz NOT NULL DEFAULT clock_timestamp(),
  stopped text
);
CREATE TABLE IF NOT EXISTS ${OURS}.lease (
  lease uuid PRIMARY KEY,
  run text NOT NULL REFERENCES ${OURS}.run ON DELETE CASCADE,
  job uuid NOT NULL,
  shard int NOT NULL,
  worker text NOT NULL,
  beats int NOT NULL DEFAULT 0,
  since timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS ${OURS}.result (
  run text NOT NULL REFERENCES ${OURS}.run ON DELETE CASCADE,
  shard int NOT NULL,
  path text NOT NULL,
  -- gzip
  bytes bytea NOT NULL,
  PRIMARY KEY (run, shard, path)
);
CREATE TABLE IF NOT EXISTS ${OURS}.call (
  -- one for each request on the wire
  id uuid PRIMARY KEY,
  run text NOT NULL REFERENCES ${OURS}.run ON DELETE CASCADE,
  key text NOT NULL,
  lease uuid NOT NULL,
  model text NOT NULL,
  -- what it is reckoned to take, then what it took
  tokens float8 NOT NULL,
  usd float8 NOT NULL,
  state text NOT NULL DEFAULT 'under way',
  -- JSON, which may hold characters that PostgreSQL's own refuses
  reply text
);
CREATE INDEX IF NOT EXISTS call_key ON ${OURS}.call (run, key);
INSERT INTO ${OURS}.format SELECT ${FORMAT} WHERE NOT EXISTS (SELECT FROM ${OURS}.format)`;

/** Makes what is not there. @throws {ConfigurationError} if another Kuleshov made other tables. */
export async function makeTables(session: Session): Promise<void> {
  await session.executeSql(`SELECT pg_advisory_xact_lock(hashtext('${OURS}'))`);
  await session.executeSql(TABLES);
  await checkTables(session);
}

/** @returns whether there are any. @throws {ConfigurationError} if another Kuleshov made them. */
export async function checkTables(session: Session): Promise<boolean> {
  const found = await session.executeSql(`SELECT to_regclass('${OURS}.format') IS NOT NULL AS found`);
  if (found.rows[0]?.found !== true) return false;
  const { rows } = await session.executeSql(`SELECT format FROM ${OURS}.format`);
  if (rows[0]?.format === FORMAT) return true;
  throw new ConfigurationError(
    `Cannot use the database as another version of Kuleshov made its tables (format ${rows[0]?.format}, this one's is ${FORMAT}): use that version, or another database`,
  );
}
