import { ConfigurationError } from "../../domain/errors.ts";
import { optionalPackage } from "../../platform/package-paths.ts";
import type { Session } from "./database.ts";
import { QUEUE } from "./fleet-tables.ts";

interface Within {
  readonly db: Session;
}

/** The part of pg-boss that is used: each call can be part of a transaction of ours. */
export interface Boss {
  start(): Promise<unknown>;
  isInstalled(): Promise<boolean>;
  createQueue(name: string, options: object): Promise<void>;
  deleteQueue(name: string): Promise<void>;
  insert(jobs: readonly object[], options: Within): Promise<unknown>;
  send(name: string, data: object, options: Within & { readonly id: string }): Promise<unknown>;
  fetch(name: string, options: Within & { readonly batchSize: number }): Promise<readonly BossJob[]>;
  complete(name: string, id: string, data: object, options: Within): Promise<{ readonly affected: number }>;
  fail(name: string, id: string, data: object, options: Within): Promise<unknown>;
  retry(name: string, ids: readonly string[], options: Within): Promise<unknown>;
  deleteJob(name: string, id: string, options: Within): Promise<unknown>;
}

interface BossJob {
  readonly id: string;
  readonly data: { readonly shard: number };
}

interface Package {
  readonly default: new (options: object) => Boss;
}

/**
 * Opens pg-boss over our own connections. It runs nothing in the background: it would end jobs by the time since they
 * began, and throw results away after days. @param mayMake whether its tables may be made.
 */
export async function openBoss(db: Session, { mayMake }: { readonly mayMake: boolean }): Promise<Boss> {
  const name: string = "pg-boss"; // no literal, so that it compiles without
  optionalPackage(name, "A fleet");
  const { default: PgBoss } = (await import(name)) as Package;
  const boss = new PgBoss({ db, schema: QUEUE, supervise: false, schedule: false, migrate: mayMake });
  await boss.start().catch((error: Error) => {
    if (!/not installed|requires migrations/.test(error.message)) throw error;
    throw new ConfigurationError(
      "Cannot use the queue in the database as another version of pg-boss made it: install the version that Kuleshov names, or use another database",
      { cause: error },
    );
  });
  return boss;
}
