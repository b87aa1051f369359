import { z } from "zod";

/** A run that machines of a fleet work on together, as it was planned. */
export const FleetPlan = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  /** Told anew when it is planned anew, so that nothing of the plan before is taken for its own. */
  id: z.uuid(),
  /** Of Kuleshov: every worker has the same. */
  version: z.string(),
  /** The command, of which each job is one shard. */
  words: z.array(z.string()).min(1),
  shards: z.int().positive(),
  /** How long a worker may be silent before another takes its job over. */
  leaseSeconds: z.number().positive(),
  /** Of all workers together; `null` where there is no limit. */
  budgetUsd: z.number().positive().nullable(),
  budgetTokens: z.number().positive().nullable(),
  callsPerMinute: z.number().positive().nullable(),
  createdAt: z.string(),
});
export type FleetPlan = Readonly<z.infer<typeof FleetPlan>>;

/** How far a fleet is. */
export const FleetStatus = z.strictObject({
  plan: FleetPlan,
  /** Jobs by what has become of them; they sum to the number of shards. */
  jobs: z.strictObject({ done: z.int(), working: z.int(), waiting: z.int(), setAside: z.int() }),
  workers: z.array(z.strictObject({ worker: z.string(), shard: z.int(), seconds: z.number() })),
  /** Jobs that were given up, each with the reason of its last try. */
  deadLetters: z.array(z.strictObject({ shard: z.int(), tries: z.int(), reason: z.string() })),
  /** Requests to models: those whose answer never came back may have been paid all the same. */
  calls: z.strictObject({ answered: z.int(), failed: z.int(), underWay: z.int(), lost: z.int() }),
  /** As servers counted it; of what was lost, its reckoned input. */
  spent: z.strictObject({ tokens: z.number(), usd: z.number() }),
  /** Why nobody works on, in words; `null` while somebody may. */
  stopped: z.string().nullable(),
  /** What the shards that are done take in the database. */
  resultBytes: z.number(),
});
export type FleetStatus = Readonly<z.infer<typeof FleetStatus>>;
