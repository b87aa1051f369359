import { ConfigurationError, KuleshovError } from "../../domain/errors.ts";
import { optionalPackage } from "../../platform/package-paths.ts";
import { type RetryPolicy, retry } from "../../platform/retry.ts";

/** Rows as PostgreSQL gives them. */
export interface Rows {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** A connection within a transaction, as pg-boss takes it too. */
export interface Session {
  executeSql(text: string, values?: readonly unknown[]): Promise<Rows>;
}

export interface Database extends Session {
  /** Runs all of `work` or nothing of it. It may run again, so it is to come to the same. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Client {
  query(text: string, values?: readonly unknown[]): Promise<Rows>;
  release(error?: unknown): void;
  on(event: "error", listener: () => void): void;
}

interface Pool {
  connect(): Promise<Client>;
  end(): Promise<void>;
  on(event: "error" | "connect", listener: (client: Client) => void): void;
}

interface Package {
  readonly default: { readonly Pool: new (options: object) => Pool };
}

/** A database that is started anew is back within a minute or two. */
const PATIENCE: RetryPolicy = {
  tries: Number.POSITIVE_INFINITY,
  firstWaitMs: 250,
  longestWaitMs: 5_000,
  deadlineMs: 15 * 60_000,
};

/**
 * Opens a PostgreSQL by its address, `postgres://user@host/database`. Once it has answered, it is waited for whenever it
 * goes away.
 *
 * @param notify told, once each time, that it is waited for. @param patient whether it is waited for now, too.
 * @throws {ConfigurationError} if it does not answer now, or does not let this user in.
 */
export async function openDatabase(
  address: string,
  notify: (notice: string) => void,
  { patient = false }: { readonly patient?: boolean } = {},
): Promise<Database> {
  optionalPackage("pg", "A fleet");
  const name: string = "pg"; // no literal, so that it compiles without
  const { default: pg } = (await import(name)) as Package;
  const place = placeOf(address);
  const pool = new pg.Pool({
    connectionString: address,
    ...{ max: 4, connectionTimeoutMillis: 15_000, query_timeout: 120_000, keepAlive: true },
    application_name: "kuleshov",
  });
  // A connection that breaks tells whoever uses it, and nobody else.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  let waiting = false;

  const once = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    let broken: unknown;
    try {
      // A worker that is frozen in the middle must not hold up the others.
      await client.query("BEGIN; SET LOCAL idle_in_transaction_session_timeout = '30s'");
      const result = await work({ executeSql: (text, values) => client.query(text, values) });
      await client.query("COMMIT");
      return result;
    } catch (error) {
      broken = isGone(error) ? error : undefined;
      if (broken === undefined)
        await client.query("ROLLBACK").catch((failure: unknown) => {
          broken = failure;
        });
      throw error;
    } finally {
      client.release(broken);
    }
  };
  const transaction: Database["transaction"] = async (work) => {
    const isWorthwhile = (error: unknown) => {
      if (!isGone(error)) return false;
      if (!waiting) notify(`The database does not answer (${reasonOf(error)}): waiting for it. \`${place}\``);
      waiting = true;
      return true;
    };
    try {
      const result = await retry(() => once(work), PATIENCE, { isWorthwhile });
      if (waiting) notify("The database answers again.");
      waiting = false;
      return result;
    } catch (error) {
      if (error instanceof KuleshovError || !isOfDatabase(error)) throw error;
      throw new KuleshovError(`Cannot go on as the database failed: ${reasonOf(error)} (\`${place}\`)`, {
        cause: error,
      });
    }
  };
  const first = patient ? transaction : once;
  await first((session) => session.executeSql("SELECT 1")).catch(async (error: unknown) => {
    await pool.end().catch(() => undefined);
    throw new ConfigurationError(`Cannot use the database: ${reasonOf(error)} (\`${place}\`)`, { cause: error });
  });
  return {
    transaction,
    executeSql: (text, values) => transaction((session) => session.executeSql(text, values)),
    close: () => pool.end(),
  };
}

/** Host and name, without user and password. @throws {ConfigurationError} if it is no address of a PostgreSQL. */
function placeOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new ConfigurationError("The address of a database is like postgres://user@host/database");
  }
  return `${url.host || url.searchParams.get("host") || "localhost"}${url.pathname}`;
}

const GONE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOENT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
]);
/** SQLSTATE of a server that ends, begins or is full, of a lost connection, and of transactions that met. */
const PASSING = /^(08...|57P0[1-3]|53300|25P03|40001|40P01)$/;
const LOST = /Connection terminated|timeout exceeded|Query read timeout|not queryable/;

function isGone(error: unknown): boolean {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  return GONE.has(code) || PASSING.test(code) || LOST.test(message);
}

function isOfDatabase(error: unknown): boolean {
  return isGone(error) || /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code));
}

/** In the words of PostgreSQL or of the system, none of which hold the password. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "ECONNREFUSED" || code === "ENOENT") return "nothing listens there";
  return message || code || "it does not answer";
}
