import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The newest PostgreSQL server of this machine; `null` where there is none. */
const programs = ((): string | null => {
  const places = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name, "bin")) : [],
  );
  const found = [...places.sort().reverse(), ...(process.env.PATH ?? "").split(":")];
  return found.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres"))) ?? null;
})();

/** Whether a test can start a PostgreSQL; in words where it cannot. */
export const noPostgres = programs === null ? "no PostgreSQL server is installed (apt-get install postgresql)" : null;

export interface StartedPostgres {
  readonly address: string;
  /** Ends it at once, as a power cut does. */
  stop(): void;
  start(): void;
  /** The rows of a query, columns parted by `|`. */
  ask(sql: string): string[];
  /** All that it holds, as text. */
  dump(): string;
  remove(): Promise<void>;
}

/** Starts a PostgreSQL of its own on loopback, in memory where that is possible. It refuses root, so it gets another user. */
export async function startPostgres(): Promise<StartedPostgres> {
  if (programs === null) throw new Error("There is no PostgreSQL");
  const place = await mkdtemp(join(tmpdir(), "kuleshov-postgres-"));
  await chmod(place, 0o777);
  const data = join(place, "data");
  const isRoot = process.getuid?.() === 0;
  const run = (program: string, ...words: string[]) => {
    const all = [join(programs, program), ...words];
    const [file = "", ...rest] = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...all] : all;
    const { status, stdout, stderr } = spawnSync(file, rest, { cwd: place, encoding: "utf8" });
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
    return stdout;
  };
  const port = await freePort();
  run("initdb", "-D", data, "-U", "kuleshov", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C");
  const settings = `-p ${port} -h 127.0.0.1 -k ${place} -c fsync=off -c max_connections=200`;
  const start = () => {
    // Its output would keep the pipe of whoever waits for it open.
    run("pg_ctl", "-D", data, "-l", join(place, "log"), "-o", settings, "-w", "start");
  };
  start();
  const stop = () => void run("pg_ctl", "-D", data, "-m", "immediate", "stop");
  const address = `postgres://kuleshov@127.0.0.1:${port}/postgres`;
  return {
    address,
    stop,
    start,
    ask: (sql) => run("psql", "-At", "-c", sql, address).trim().split("\n"),
    dump: () => run("pg_dump", address),
    async remove() {
      try {
        stop();
      } finally {
        await rm(place, { recursive: true, force: true });
      }
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
