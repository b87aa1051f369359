import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { setTimeout as sleep } from "node:timers/promises";
import { ModelFileError } from "../domain/errors.ts";
import { hashOfFileIfThere } from "../platform/hash.ts";
import type { UrlSource } from "./source.ts";

export interface PullProgress {
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

interface Download {
  readonly name: string;
  readonly source: UrlSource;
  /** Where the whole, checked file goes; `<path>.part` holds what there is of it until then. */
  readonly path: string;
  onProgress?: ((progress: PullProgress) => void) | undefined;
}

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 200;

/** A server that refuses: asking again would not help. */
class Refusal extends Error {}

/**
 * Downloads a file of known size and hash. A connection that breaks is taken up again where it broke, a few times; what
 * there is then stays for the next call.
 *
 * @throws {ModelFileError} if the server refuses, keeps breaking off, or sends something else than the published file.
 */
export async function download(request: Download, signal?: AbortSignal): Promise<void> {
  const { name, source, path } = request;
  const part = `${path}.part`;
  await fetchWithRetries(request, part, signal);
  const found = await hashOfFileIfThere(part);
  if (found !== source.sha256) {
    const what = await describeStart(part);
    await rm(part, { force: true });
    throw new ModelFileError(
      name,
      `what ${new URL(source.url).host} sent is not the published file${what}: its SHA-256 begins ${found?.slice(0, 12)}, ` +
        `expected ${source.sha256.slice(0, 12)}; nothing was kept`,
    );
  }
  await rename(part, path);
}

async function fetchWithRetries(request: Download, part: string, signal: AbortSignal | undefined): Promise<void> {
  const { name, source } = request;
  for (let attempt = 1; ; attempt++) {
    try {
      await fetchRest(request, part, signal);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      const why = reasonOf(error);
      if (error instanceof Refusal) throw new ModelFileError(name, why, { cause: error });
      if (attempt === ATTEMPTS) {
        const had = `${await sizeOfFile(part)} of ${source.sizeBytes} bytes`;
        throw new ModelFileError(name, `the download stopped after ${had} (${why}): pull again to go on from there`, {
          cause: error,
        });
      }
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, signal === undefined ? {} : { signal });
    }
  }
}

/** Asks for what is missing and appends it. A server that cannot send a part sends the whole, and we start over. */
async function fetchRest(
  { source, onProgress }: Download,
  part: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const had = await sizeOfFile(part);
  if (had === source.sizeBytes) return;
  if (had > source.sizeBytes) await rm(part, { force: true });
  const from = had > source.sizeBytes ? 0 : had;
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (from > 0) headers.range = `bytes=${from}-`;
  const response = await fetch(source.url, { headers, signal: signal ?? null });
  const start = startOf(response, from);
  checkLength(response, source.sizeBytes - start);
  if (response.body === null) throw new Error("an empty answer");
  await pipeline(
    Readable.fromWeb(response.body as ReadableStream<Uint8Array>),
    meter(start, source.sizeBytes, onProgress),
    createWriteStream(part, { flags: start === 0 ? "w" : "a" }),
    signal === undefined ? {} : { signal },
  );
  const now = await sizeOfFile(part);
  if (now < source.sizeBytes) throw new Error("the connection broke off");
}

/** First byte of the answer within the file. */
function startOf(response: Response, asked: number): number {
  const { host } = new URL(response.url);
  if (response.status === 206) {
    const first = Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1]);
    if (first !== asked) throw new Refusal(`${host} sent another part of the file than was asked for`);
    return asked;
  }
  if (response.status === 200) return 0;
  if (response.status >= 500 || response.status === 429) throw new Error(`${host} answered ${response.status}`);
  throw new Refusal(`${host} answered ${response.status} ${response.statusText}`.trimEnd());
}

/** A length other than the published one is another file: told before it is fetched. */
function checkLength(response: Response, expected: number): void {
  const length = response.headers.get("content-length");
  if (length === null || Number(length) === expected) return;
  throw new Refusal(`${new URL(response.url).host} offers ${length} bytes where ${expected} were expected`);
}

function meter(start: number, totalBytes: number, onProgress: Download["onProgress"]): Transform {
  let receivedBytes = start;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      receivedBytes += chunk.length;
      if (receivedBytes > totalBytes) {
        done(new Refusal(`more than the published ${totalBytes} bytes came`));
        return;
      }
      onProgress?.({ receivedBytes, totalBytes });
      done(null, chunk);
    },
  });
}

async function sizeOfFile(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? 0 : found.size;
}

/** A login page or error page is the commonest wrong file. */
async function describeStart(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return /^\s*<(!doctype|html|\?xml)/i.test(buffer.toString("latin1", 0, bytesRead)) ? " but a web page" : "";
  } finally {
    await file.close();
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
