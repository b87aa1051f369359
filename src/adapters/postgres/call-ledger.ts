import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { BudgetError, KuleshovError } from "../../domain/errors.ts";
import { FleetPlan } from "../../domain/fleet.ts";
import type { CallLedger, LedgerCall } from "../../ports/call-ledger.ts";
import type { ChatReply } from "../../ports/chat-model.ts";
import type { Database, Session } from "./database.ts";
import { OURS } from "./fleet-tables.ts";

const Run = z.object({ plan: FleetPlan, tokens: z.number(), usd: z.number() });

/** The ledger of one job. Each step is a transaction that may run twice and comes to the same. */
export function createCallLedger(
  database: Database,
  { name, lease }: { readonly name: string; readonly lease: string },
): CallLedger {
  return {
    async find(key) {
      // Whoever lost the job may be alive, and get its answer still: it is waited for as long as a lease.
      for (const beganMs = performance.now(); ; ) {
        const { rows } = await database.executeSql(
          `SELECT reply, (plan->>'leaseSeconds')::float8 AS seconds FROM ${OURS}.call JOIN ${OURS}.run ON run = name
           WHERE run = $1 AND key = $2 AND (reply IS NOT NULL OR (state = 'under way' AND lease <> $3))
           ORDER BY reply IS NULL LIMIT 1`,
          [name, key, lease],
        );
        const [found] = rows;
        if (found?.reply != null) return JSON.parse(String(found.reply)) as ChatReply;
        const leaseMs = 1_000 * Number(found?.seconds ?? 0);
        if (performance.now() - beganMs >= leaseMs) return undefined;
        await sleep(Math.min(1_000, leaseMs / 6));
      }
    },
    async begin(call) {
      const { refusal, waitMs } = await database.transaction((session) => beginIn(session, call, { name, lease }));
      if (refusal !== null) throw new BudgetError(refusal);
      return waitMs;
    },
    async end(ids, reply, took) {
      if (ids.length === 0) return;
      await database.transaction(async (session) => {
        // What was reckoned of them gives way to what they took.
        const { rows } = await session.executeSql(
          `UPDATE ${OURS}.call AS c SET state = CASE WHEN c.id = $2 THEN 'answered' ELSE 'failed' END,
             reply = CASE WHEN c.id = $2 THEN $3 END, tokens = CASE WHEN c.id = $4 THEN $5::float8 ELSE 0 END,
             usd = CASE WHEN c.id = $4 THEN $6::float8 ELSE 0 END
           FROM ${OURS}.call AS before WHERE before.id = c.id AND c.id = ANY($1) AND c.state = 'under way'
           RETURNING c.tokens - before.tokens AS tokens, c.usd - before.usd AS usd`,
          [
            ids,
            reply === null ? null : ids.at(-1),
            reply === null ? null : JSON.stringify(reply),
            ids.at(-1),
            took.tokens,
            took.usd,
          ],
        );
        const sum = (column: "tokens" | "usd") => rows.reduce((total, row) => total + Number(row[column]), 0);
        await session.executeSql(`UPDATE ${OURS}.run SET tokens = tokens + $2, usd = usd + $3 WHERE name = $1`, [
          name,
          sum("tokens"),
          sum("usd"),
        ]);
      });
    },
  };
}

async function beginIn(
  session: Session,
  { id, key, model, tokens, usd }: LedgerCall,
  { name, lease }: { name: string; lease: string },
) {
  // The row of the run is locked: whoever asks for room waits for whoever asked before.
  const found = await session.executeSql(`SELECT plan, tokens, usd FROM ${OURS}.run WHERE name = $1 FOR UPDATE`, [
    name,
  ]);
  const leases = await session.executeSql(`SELECT FROM ${OURS}.lease WHERE lease = $1`, [lease]);
  if (found.rows[0] === undefined || leases.rows.length === 0) {
    throw new KuleshovError("Cannot ask on as another worker has taken the job over");
  }
  const run = Run.parse(found.rows[0]);
  const refusal = refusalOf(run, tokens, usd);
  if (refusal !== null) {
    await session.executeSql(`UPDATE ${OURS}.run SET stopped = $2 WHERE name = $1`, [name, refusal]);
    return { refusal, waitMs: 0 };
  }
  const { rows } = await session.executeSql(
    `INSERT INTO ${OURS}.call (id, run, key, lease, model, tokens, usd) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT DO NOTHING RETURNING id`,
    [id, name, key, lease, model, tokens, usd],
  );
  if (rows.length === 0) return { refusal, waitMs: 0 };
  const { callsPerMinute } = run.plan;
  const slot = await session.executeSql(
    `UPDATE ${OURS}.run SET tokens = tokens + $2, usd = usd + $3,
       next_call = greatest(next_call, clock_timestamp()) + $4::float8 * interval '1 second' WHERE name = $1
     RETURNING extract(epoch FROM next_call - clock_timestamp())::float8 - $4::float8 AS seconds`,
    [name, tokens, usd, callsPerMinute === null ? 0 : 60 / callsPerMinute],
  );
  return { refusal, waitMs: Math.max(0, 1_000 * Number(slot.rows[0]?.seconds)) };
}

function refusalOf({ plan, ...spent }: z.infer<typeof Run>, tokens: number, usd: number): string | null {
  const { budgetTokens, budgetUsd } = plan;
  if (budgetTokens !== null && spent.tokens + tokens > budgetTokens) {
    return `The budget of the fleet, ${budgetTokens} tokens (${Math.round(spent.tokens)} used), has no room for the next request, of about ${tokens} tokens and its answer`;
  }
  if (budgetUsd !== null && spent.usd + usd > budgetUsd) {
    return `The budget of the fleet, ${budgetUsd} USD (${spent.usd.toFixed(4)} spent), has no room for the next request, of about ${usd.toFixed(4)} USD and its answer`;
  }
  return null;
}
