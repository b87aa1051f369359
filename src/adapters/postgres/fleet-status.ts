import { FleetPlan, type FleetStatus } from "../../domain/fleet.ts";
import type { Session } from "./database.ts";
import { OURS, QUEUE } from "./fleet-tables.ts";

/** A status that names the jobs that were set aside. */
type StatusWithIds = Omit<FleetStatus, "deadLetters"> & {
  readonly deadLetters: readonly (FleetStatus["deadLetters"][number] & { readonly id: string })[];
};

/** How far a run is. */
export async function fleetStatus(session: Session, name: string, queue: string): Promise<StatusWithIds> {
  const ask = async (sql: string, value: string) => (await session.executeSql(sql, [value])).rows;
  const [run] = await ask(`SELECT plan, tokens, usd, stopped FROM ${OURS}.run WHERE name = $1`, name);
  const [jobs] = await ask(
    `SELECT count(*) FILTER (WHERE state = 'completed')::int AS done, count(*) FILTER (WHERE state = 'active')::int AS working,
       count(*) FILTER (WHERE state < 'active')::int AS waiting, count(*) FILTER (WHERE state = 'failed')::int AS "setAside"
     FROM ${QUEUE}.job WHERE name = $1`,
    queue,
  );
  const workers = await ask(
    `SELECT worker, shard, round(extract(epoch FROM clock_timestamp() - since))::float8 AS seconds
     FROM ${OURS}.lease WHERE run = $1 ORDER BY shard`,
    name,
  );
  const deadLetters = await ask(
    `SELECT id, (data->>'shard')::int AS shard, retry_count + 1 AS tries, output->>'reason' AS reason
     FROM ${QUEUE}.job WHERE name = $1 AND state = 'failed' ORDER BY 2`,
    queue,
  );
  const [size] = await ask(
    `SELECT coalesce(sum(length(bytes)), 0)::float8 AS bytes FROM ${OURS}.result WHERE run = $1`,
    name,
  );
  const [calls] = await ask(
    `SELECT count(*) FILTER (WHERE state = 'answered')::int AS answered, count(*) FILTER (WHERE state = 'failed')::int AS failed,
       count(*) FILTER (WHERE state = 'under way' AND l.lease IS NOT NULL)::int AS "underWay",
       count(*) FILTER (WHERE state = 'under way' AND l.lease IS NULL)::int AS lost
     FROM ${OURS}.call c LEFT JOIN ${OURS}.lease l ON l.lease = c.lease WHERE c.run = $1`,
    name,
  );
  return {
    calls,
    spent: { tokens: run?.tokens, usd: run?.usd },
    stopped: run?.stopped,
    plan: FleetPlan.parse(run?.plan),
    jobs,
    workers,
    deadLetters,
    resultBytes: size?.bytes,
  } as unknown as StatusWithIds;
}
