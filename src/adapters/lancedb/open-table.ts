import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Connection, Table } from "@lancedb/lancedb";
import { StoreError } from "../../domain/errors.ts";
import type { ExpressionSpace } from "../../domain/expression-space.ts";
import { type RetryPolicy, retry } from "../../platform/retry.ts";
import { whyRefused } from "../../platform/system-error.ts";
import { isObjectAddress } from "../../platform/system-path.ts";
import { readStamp, storeSchema } from "./schema.ts";

const TABLE = "exemplars";

/** Tables that are open, one connection per store. */
interface TableDoor {
  /** The table as it is now, or `undefined` while nobody has written to the store. */
  open(): Promise<OpenTable | undefined>;
  /** The table, made for `space` if there is none. Two processes that make it at once get the same one. */
  openOrCreate(space: ExpressionSpace): Promise<OpenTable>;
  close(): void;
}

interface OpenTable {
  readonly table: Table;
  readonly space: ExpressionSpace;
}

/** @throws {StoreError} from its methods when the store is damaged, not a store, or of another version. */
export function createTableDoor(location: string): TableDoor {
  let connection: Connection | undefined;
  let opened: OpenTable | undefined;

  async function connected(): Promise<Connection> {
    if (connection !== undefined) return connection;
    const { connect } = await loadLance();
    // Every read sees what other processes have committed.
    connection = await connect(location, { readConsistencyInterval: 0, storageOptions: storageOptionsOf(location) });
    return connection;
  }

  async function openExisting(database: Connection): Promise<OpenTable> {
    const table = await database.openTable(TABLE);
    return { table, space: readStamp(await table.schema(), location) };
  }

  return {
    async open() {
      if (opened !== undefined) return opened;
      if (!(await mayExist(location))) return undefined;
      opened = await inWords(location, async () => {
        const database = await connected();
        return (await database.tableNames()).includes(TABLE) ? await openExisting(database) : undefined;
      });
      return opened;
    },
    async openOrCreate(space) {
      const existing = await this.open();
      if (existing !== undefined) return existing;
      opened = await inWords(location, async () => {
        const database = await connected();
        const table = await database.createEmptyTable(TABLE, storeSchema(space), { mode: "create", existOk: true });
        table.close();
        return await openExisting(database);
      });
      return opened;
    },
    close() {
      opened?.table.close();
      connection?.close();
      opened = undefined;
      connection = undefined;
    },
  };
}

/** Looks before LanceDB does: it would make the folder, and its complaint about a file in the way is unreadable. */
async function mayExist(location: string): Promise<boolean> {
  if (isAddress(location)) return true;
  const found = await stat(location).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new StoreError(location, whyRefused(error), { cause: error });
  });
  if (found === undefined) return false;
  if (!found.isDirectory()) throw new StoreError(location, "it is a file, not a folder; choose another place");
  const folder = join(location, `${TABLE}.lance`);
  if (!existsSync(folder)) return false;
  const versions = await readdir(join(folder, "_versions")).catch(() => []);
  if (versions.length === 0) {
    throw new StoreError(
      location,
      "it is half deleted: its versions are gone; restore it from a backup or import again",
    );
  }
  return true;
}

/** LanceDB finds credentials by itself, and of an endpoint only one of the two names, no plain HTTP, and no region that stores of one's own lack. */
function storageOptionsOf(location: string): Record<string, string> {
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  if (!isObjectAddress(location) || endpoint === undefined) return {};
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? "us-east-1";
  return { endpoint, region, allow_http: String(endpoint.startsWith("http://")) };
}

function isAddress(location: string): boolean {
  return /^[a-z][a-z0-9+]*:\/\//i.test(location);
}

/** Says what LanceDB's errors mean for a store. Errors that are ours already pass unchanged. */
export async function inWords<T>(location: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(location, reasonOf(error), { cause: error });
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/permission denied|read-only file system|os error (13|30)\b/i.test(text)) {
    return "this user may not write there, or another program has locked it; change its permissions or choose another place";
  }
  if (/no space left|os error 28\b/i.test(text)) return "the disk is full; make room and try again";
  if (/NoSuchBucket/.test(text)) return "the object store has no such bucket";
  if (/AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|status: 403|403 Forbidden/.test(text)) {
    return "the object store refuses these credentials";
  }
  if (/Generic S3 error/.test(text) && /resolve region/.test(text)) return "its region is not known; set AWS_REGION";
  if (/Generic S3 error: Error performing/.test(text)) return "its object store does not answer; try again later";
  if (isConflict(error)) {
    return "another program kept writing to it at the same time; try again";
  }
  if (/not found|no such file|os error 2\b|NotFound/i.test(text)) {
    return "it is half deleted: files it refers to are gone; restore it from a backup or import again";
  }
  return `its database failed (${firstLine(text)})`;
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? text).slice(0, 200);
}

const POLICY: RetryPolicy = { tries: 10, firstWaitMs: 20, longestWaitMs: 640 };

/**
 * Runs a write again when another writer's commit came first. LanceDB retries appends itself, but gives up at once on
 * index and schema changes. `work` must look at the table anew each time.
 */
export function retryOnConflict<T>(work: () => Promise<T>): Promise<T> {
  return retry(work, POLICY, { isWorthwhile: isConflict });
}

/** Whether an error says that another writer was quicker. */
function isConflict(error: unknown): boolean {
  return /commit conflict|preempted by concurrent|too much write contention/i.test(String(error));
}

/**
 * LanceDB's native part, loaded when it is first needed: it takes a third of a second, and it logs every hybrid query
 * unless it is told not to before it is loaded.
 */
export async function loadLance(): Promise<typeof import("@lancedb/lancedb")> {
  process.env.LANCEDB_LOG ??= "error";
  return await import("@lancedb/lancedb");
}
