import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { ConfigurationError } from "../domain/errors.ts";
import { acquireLock } from "../platform/file-lock.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { createStudio } from "./studio.ts";
import { studioToken } from "./token.ts";

const LOOPBACK = "127.0.0.1";
/** Always the same where it is free, so that bookmarks outlive a restart. */
const USUAL_PORT = 4757;

export interface ServedStudio {
  /** With the token. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves the studio on the working folder to this machine alone.
 *
 * @param port 0 for any that is free; the usual one, or any, when not given.
 * @throws {ConfigurationError} if the folder has a studio already, or the port is taken.
 */
export async function serveStudio({ port }: { readonly port?: number | undefined }): Promise<ServedStudio> {
  await makeFolder(".kuleshov");
  const lock = await acquireLock(join(".kuleshov", "studio.lock"));
  if ("holder" in lock) {
    throw new ConfigurationError(
      `Cannot open the studio as ${lock.holder} has one on this folder: use its page, or end it first (\`${process.cwd()}\`)`,
    );
  }
  try {
    const token = await studioToken();
    const studio = await createStudio({ root: process.cwd(), token });
    const server = createAdaptorServer({ fetch: studio.app.fetch });
    const listen = (wanted: number) =>
      new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(wanted, LOOPBACK, () => {
          server.off("error", reject);
          resolve();
        });
      });
    await listen(port ?? USUAL_PORT)
      .catch((error: NodeJS.ErrnoException) => {
        if (port === undefined && error.code === "EADDRINUSE") return listen(0);
        throw error;
      })
      .catch((cause: NodeJS.ErrnoException) => {
        throw new ConfigurationError(refusalOfPort(port, cause), { cause });
      });
    const address = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/${token}/`;
    return {
      address,
      async close() {
        const closed = new Promise((resolve) => server.close(resolve));
        if ("closeAllConnections" in server) server.closeAllConnections();
        await Promise.all([closed, studio.close()]);
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function refusalOfPort(port: number | undefined, { code }: NodeJS.ErrnoException): string {
  const reason =
    code === "EADDRINUSE" ? "another program has it" : code === "EACCES" ? "this user may not have it" : code;
  return `Cannot open the studio on port ${port} as ${reason}: name another with --port, or none`;
}
