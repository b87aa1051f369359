import { z } from "zod";

/** Where a process that runs a shard for a fleet is told so. It holds the address of the database, which may be secret. */
export const JOB_VARIABLE = "KULESHOV_FLEET_JOB";

/** The job that a process works on. */
export const JobOfProcess = z.strictObject({
  name: z.string(),
  shard: z.int(),
  lease: z.uuid(),
  database: z.string(),
  budgetUsd: z.number().nullable(),
});
export type JobOfProcess = z.infer<typeof JobOfProcess>;

/** @returns `undefined` in every process but those that `fleet work` starts. */
export function jobOfProcess(env: NodeJS.ProcessEnv = process.env): JobOfProcess | undefined {
  const told = env[JOB_VARIABLE];
  return told === undefined ? undefined : JobOfProcess.parse(JSON.parse(told));
}
