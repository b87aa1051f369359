import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { ConfigurationError } from "../../domain/errors.ts";
import { FleetPlan } from "../../domain/fleet.ts";
import { canonicalJson } from "../../platform/content-store.ts";
import { visibleLine } from "../../platform/visible-text.ts";
import type { FleetJob, FleetQueue } from "../../ports/fleet-queue.ts";
import type { Database, Session } from "./database.ts";
import { fleetStatus } from "./fleet-status.ts";
import { checkTables, makeTables, OURS, QUEUE } from "./fleet-tables.ts";
import { type Boss, openBoss } from "./pg-boss.ts";

/** A job is set aside after as many. */
const TRIES = 3;
/** pg-boss wants a limit; we go by leases. */
const LONGEST_SECONDS = 23 * 3600;

/** A queue of shards in PostgreSQL: the jobs are pg-boss's, leases and results are ours, and they change together. */
export function createFleetQueue(database: Database): FleetQueue {
  let opened: Promise<Boss> | undefined;
  const boss = () => {
    opened ??= openBoss(database, { mayMake: false });
    return opened;
  };
  const queueOf = (name: string) => `kuleshov-${name}`;

  /** Ends a lease. @returns the name of the run; `undefined` when it was lost. */
  const endLease = async (session: Session, { lease }: FleetJob): Promise<string | undefined> => {
    const { rows } = await session.executeSql(`DELETE FROM ${OURS}.lease WHERE lease = $1 RETURNING run`, [lease]);
    return rows[0]?.run as string | undefined;
  };

  async function read(name: string): Promise<FleetPlan | undefined> {
    return database.transaction(async (session) => {
      if (!(await checkTables(session))) return undefined;
      const { rows } = await session.executeSql(`SELECT plan FROM ${OURS}.run WHERE name = $1`, [name]);
      return rows[0] === undefined ? undefined : FleetPlan.parse(rows[0].plan);
    });
  }

  return {
    async plan(plan) {
      await database.transaction(makeTables);
      const making = await openBoss(database, { mayMake: true });
      const name = queueOf(plan.name);
      const waits = { retryLimit: TRIES - 1, retryDelay: Math.ceil(plan.leaseSeconds), retryBackoff: false };
      await making.createQueue(name, { ...waits, expireInSeconds: LONGEST_SECONDS });
      const jobs = Array.from({ length: plan.shards }, (_, index) => ({
        id: randomUUID(),
        name,
        data: { shard: index + 1 },
      }));
      await database.transaction(async (session) => {
        const { rows } = await session.executeSql(
          `INSERT INTO ${OURS}.run (name, plan) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING name`,
          [plan.name, JSON.stringify(plan)],
        );
        if (rows.length > 0) await making.insert(jobs, { db: session });
        else if ((await planIn(session, plan.name))?.id !== plan.id) throw alreadyThere(plan.name);
      });
    },
    async drop(name) {
      const queue = await boss();
      await database.transaction(async (session) => {
        await session.executeSql(`DELETE FROM ${OURS}.run WHERE name = $1`, [name]);
        await session.executeSql(`DELETE FROM ${QUEUE}.job WHERE name = $1`, [queueOf(name)]); // it deletes empty ones only
      });
      await queue.deleteQueue(queueOf(name));
    },
    read,
    async goOn(plan) {
      const queue = await boss();
      const { name } = plan;
      return database.transaction(async (session) => {
        await session.executeSql(`UPDATE ${OURS}.run SET plan = $2, stopped = NULL WHERE name = $1`, [
          name,
          JSON.stringify(plan),
        ]);
        const { deadLetters } = await fleetStatus(session, name, queueOf(name));
        // As new ones: each has its three tries again.
        for (const { id, shard } of deadLetters) {
          await queue.deleteJob(queueOf(name), id, { db: session });
          await queue.send(queueOf(name), { shard }, { id, db: session });
        }
        return deadLetters.length;
      });
    },
    async stopped(name) {
      const { rows } = await database.executeSql(`SELECT stopped FROM ${OURS}.run WHERE name = $1`, [name]);
      return (rows[0]?.stopped as string | null | undefined) ?? null;
    },
    async take(name, worker) {
      const queue = await boss();
      const lease = randomUUID();
      return database.transaction(async (session) => {
        const [job] = await queue.fetch(queueOf(name), { batchSize: 1, db: session });
        if (job === undefined) return undefined;
        const { id, data } = job;
        await session.executeSql(
          `INSERT INTO ${OURS}.lease (lease, run, job, shard, worker) VALUES ($1, $2, $3, $4, $5)`,
          [lease, name, id, data.shard, worker],
        );
        return { id, shard: data.shard, lease };
      });
    },
    async beat({ lease }) {
      const { rows } = await database.executeSql(
        `UPDATE ${OURS}.lease SET beats = beats + 1 WHERE lease = $1 RETURNING beats`,
        [lease],
      );
      return rows.length > 0;
    },
    async finish(job, settings, files) {
      const queue = await boss();
      const packed = await Promise.all(
        files.map(async ({ path, bytes }) => ({ path, bytes: await promisify(gzip)(bytes) })),
      );
      return database.transaction(async (session) => {
        const run = await endLease(session, job);
        if (run === undefined) return "taken over";
        const { rows } = await session.executeSql(
          `UPDATE ${OURS}.run SET settings = COALESCE(settings, $2) WHERE name = $1 RETURNING settings`,
          [run, canonicalJson(settings)],
        );
        const first = rows[0]?.settings as Record<string, unknown>;
        if (canonicalJson(first) !== canonicalJson(settings)) {
          await queue.fail(queueOf(run), job.id, { reason: "It was worked on with other settings" }, { db: session });
          return first;
        }
        for (const { path, bytes } of packed) {
          await session.executeSql(
            `INSERT INTO ${OURS}.result (run, shard, path, bytes) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
            [run, job.shard, path, bytes],
          );
        }
        await queue.complete(queueOf(run), job.id, {}, { db: session });
        return "done";
      });
    },
    async fail(job, reason) {
      const queue = await boss();
      return database.transaction(async (session) => {
        const run = await endLease(session, job);
        if (run === undefined) return false;
        await queue.fail(queueOf(run), job.id, { reason: visibleLine(reason) }, { db: session });
        return true;
      });
    },
    async giveBack(job) {
      const queue = await boss();
      await database.transaction(async (session) => {
        const run = await endLease(session, job);
        if (run === undefined) return;
        await queue.deleteJob(queueOf(run), job.id, { db: session });
        await queue.send(queueOf(run), { shard: job.shard }, { id: job.id, db: session });
      });
    },
    async leases(name) {
      const { rows } = await database.executeSql(
        `SELECT job AS id, shard, lease, worker, beats FROM ${OURS}.lease WHERE run = $1`,
        [name],
      );
      return rows as unknown as Awaited<ReturnType<FleetQueue["leases"]>>;
    },
    async status(name) {
      const { deadLetters, ...status } = await database.transaction((session) =>
        fleetStatus(session, name, queueOf(name)),
      );
      return { ...status, deadLetters: deadLetters.map(({ id: _id, ...letter }) => letter) };
    },
    async results(name, shard) {
      const { rows } = await database.executeSql(
        `SELECT path, bytes FROM ${OURS}.result WHERE run = $1 AND shard = $2 ORDER BY path`,
        [name, shard],
      );
      const files = rows as unknown as readonly { path: string; bytes: Buffer }[];
      return Promise.all(files.map(async ({ path, bytes }) => ({ path, bytes: await promisify(gunzip)(bytes) })));
    },
    close: () => database.close(),
  };
}

async function planIn(session: Session, name: string): Promise<FleetPlan> {
  const { rows } = await session.executeSql(`SELECT plan FROM ${OURS}.run WHERE name = $1`, [name]);
  return FleetPlan.parse(rows[0]?.plan);
}

function alreadyThere(name: string): ConfigurationError {
  return new ConfigurationError(
    `Cannot plan as there is a run of this name already: --resume tries again what was set aside, --force starts it anew (${name})`,
  );
}
