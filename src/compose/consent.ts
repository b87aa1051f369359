import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";

/** Whether images and words may leave this machine. */
export interface RemotePolicy {
  /** Allows a server once for this project. */
  readonly allowRemote?: boolean | undefined;
  /** Refuses every server that is not on this machine, whatever was allowed before. */
  readonly localOnly?: boolean | undefined;
}

/** In the working folder, beside the exemplars that are kept there. */
export const CONSENT_FILE = join(".kuleshov", "remote-servers.json");

const EVERYTHING = "what is asked, what was measured and, if the model sees, the image";

const Consents = z.strictObject({ allowed: z.array(z.strictObject({ server: z.string(), since: z.string() })) });

/**
 * Says whether a server elsewhere may be used, before anything is sent to it: one that was allowed for this project, by
 * `--allow-remote` now or earlier, and none under `--local-only`.
 *
 * @returns what throws {@link ConfigurationError} for a server that may not.
 */
export function consentUnder({ allowRemote = false, localOnly = false }: RemotePolicy, folder = ".") {
  if (allowRemote && localOnly) {
    throw new ConfigurationError(
      "Choose one of --allow-remote, which lets images leave this machine, and --local-only",
    );
  }
  return async (server: string, what = EVERYTHING): Promise<void> => {
    if (localOnly) {
      throw new ConfigurationError(`Nothing may leave this machine, as --local-only says, and ${server} is elsewhere`);
    }
    const path = join(folder, CONSENT_FILE);
    const allowed = await allowedServers(path);
    if (allowed.some((each) => each.server === server)) return;
    if (!allowRemote) {
      throw new ConfigurationError(
        `${server} is not on this machine: ${what} would be sent there. Allow it once for this project with --allow-remote`,
      );
    }
    await keep(path, [...allowed, { server, since: new Date().toISOString() }]);
  };
}

/** A file that cannot be read allows nothing. */
async function allowedServers(path: string): Promise<z.infer<typeof Consents>["allowed"]> {
  const text = await readFile(path, "utf8").catch(() => "");
  try {
    return Consents.parse(JSON.parse(text)).allowed;
  } catch {
    return [];
  }
}

/** Where nothing can be written, consent is given each time. */
async function keep(path: string, allowed: z.infer<typeof Consents>["allowed"]): Promise<void> {
  const text = `${JSON.stringify({ allowed }, null, 2)}\n`;
  await mkdir(dirname(path), { recursive: true })
    .then(() => writeFileAtomic(path, text))
    .catch(() => undefined);
}
