import { ConfigurationError } from "../domain/errors.ts";
import type { FleetQueue } from "../ports/fleet-queue.ts";

/** Where the address of the database may stand, password and all: no other program's list of processes shows it. */
const DATABASE_VARIABLE = "KULESHOV_DATABASE";

/**
 * Opens the queue of a fleet. @param address goes before `KULESHOV_DATABASE`.
 *
 * @throws {ConfigurationError} if no database is named, it cannot be used, or what speaks to it is not installed.
 */
export async function openFleetQueue(
  address: string | undefined,
  notify: (notice: string) => void,
): Promise<{ readonly queue: FleetQueue; readonly database: string }> {
  if (address !== undefined && URL.canParse(address) && new URL(address).password !== "") {
    throw new ConfigurationError(
      `A password on a command line can be read by others on this machine: put the address into ${DATABASE_VARIABLE}, or the password into PGPASSWORD`,
    );
  }
  const named = address ?? process.env[DATABASE_VARIABLE];
  if (named === undefined || named === "") {
    throw new ConfigurationError(
      `A fleet needs a PostgreSQL: name it with --database postgres://user@host/database, or with ${DATABASE_VARIABLE}`,
    );
  }
  const { openDatabase } = await import("../adapters/postgres/database.ts");
  const { createFleetQueue } = await import("../adapters/postgres/fleet-queue.ts");
  return { queue: createFleetQueue(await openDatabase(named, notify)), database: named };
}
