import { ConfigurationError, ProviderError } from "../domain/errors.ts";
import { optionalPackage } from "./package-paths.ts";
import { MOST_BYTES, type ReadOptions } from "./read-file.ts";
import { retry } from "./retry.ts";
import { serverPlace } from "./server-place.ts";
import { RefusedFileError } from "./system-error.ts";

/** An object: its bucket and its key, which may hold every character, `..` and `//` included, and stands for itself. */
function placeOf(address: string): { readonly bucket: string; readonly key: string } {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(address) ?? [];
  if (/^[\w.-]{1,255}$/.test(bucket)) return { bucket, key };
  throw new ConfigurationError(
    `Cannot read from an object store as no bucket is named: write s3://bucket/folder (\`${address}\`)`,
  );
}

/**
 * An object as a whole, by one request, so that all bytes are of one version of it; what comes cut short is asked for again.
 *
 * @throws {RefusedFileError} if there is no such object, this key may not read it, or it is larger than `mostBytes`.
 * @throws {ProviderError} if the store does not answer, {@link ConfigurationError} if it knows nobody of these credentials.
 */
export async function readObject(
  address: string,
  { mostBytes = MOST_BYTES, signal }: ReadOptions = {},
): Promise<Buffer> {
  const kept = held.get(address);
  if (kept !== undefined) return kept;
  const { bucket, key } = placeOf(address);
  const { sdk, client } = await openClient();
  return ask(address, { signal, isFolder: false }, async () => {
    const found = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
    const size = found.ContentLength ?? 0;
    if (size > mostBytes) {
      found.Body?.destroy?.();
      const megabytes = Math.ceil(size / 1e6);
      throw new RefusedFileError(address, `it has ${megabytes} MB (limit ${Math.floor(mostBytes / 1e6)})`);
    }
    const bytes = Buffer.from((await found.Body?.transformToByteArray()) ?? []);
    if (bytes.length === size) return bytes;
    throw new Error(`${bytes.length} of ${size} bytes came`);
  });
}

/** Objects that somebody holds. */
const held = new Map<string, Buffer>();

/** Reads an object once for all who read it until it is released, so that all of them see one version. @throws as {@link readObject}. */
export async function holdObject(address: string, options?: ReadOptions) {
  const bytes = await readObject(address, options);
  held.set(address, bytes);
  return { bytes, release: () => void held.delete(address) };
}

/**
 * The objects below an address, as a folder's files: `s3://bucket/a` has `s3://bucket/a/1.jpg` and not `s3://bucket/ab.jpg`.
 * Their order is the store's own.
 *
 * @throws as {@link readObject}.
 */
export async function* listObjects(address: string, signal?: AbortSignal): AsyncGenerator<string> {
  const { bucket, key } = placeOf(address);
  const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
  const { sdk, client } = await openClient();
  let from: string | undefined;
  do {
    const page = await ask(address, { signal, isFolder: true }, () =>
      client.send(
        // As a URL, since XML cannot hold every character that a key may.
        new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: from, EncodingType: "url" }),
        { abortSignal: signal },
      ),
    );
    const isCoded = page.EncodingType === "url";
    for (const { Key: coded = "" } of page.Contents ?? []) {
      const name = isCoded ? decodeURIComponent(coded.replaceAll("+", " ")) : coded;
      if (!name.endsWith("/")) yield `s3://${bucket}/${name}`;
    }
    from = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (from !== undefined);
}

/** Says what is asked of a store that is not on this machine; `undefined` for one that is. Sends nothing. */
export async function objectStoreNotice(address: string): Promise<string | undefined> {
  const { bucket } = placeOf(address);
  const { sdk } = await openClient();
  let url = "";
  const dry = new sdk.S3Client({
    ...(await settingsOf(sdk)),
    credentials: { accessKeyId: "none", secretAccessKey: "none" },
    requestHandler: {
      handle: async ({ protocol, hostname, port }: Readonly<Record<"protocol" | "hostname" | "port", string>>) => {
        url = `${protocol}//${hostname}${port ? `:${port}` : ""}`;
        throw new Error("not sent");
      },
    },
  });
  await dry.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: "none" })).catch(() => undefined);
  dry.destroy();
  if (url === "") return undefined; // the first request will say why
  const { name, loopback } = serverPlace(url);
  return loopback
    ? undefined
    : `Images are listed and fetched from ${name} (s3://${bucket}); nothing but these requests is sent there`;
}

/** The part of `@aws-sdk/client-s3` that is used. */
interface Sdk {
  readonly S3Client: new (settings: object) => Client;
  readonly GetObjectCommand: new (input: object) => object;
  readonly ListObjectsV2Command: new (input: object) => object;
}

interface Client {
  readonly config: { region(): Promise<string> };
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is read field by field, as each request has its own
  send(command: object, options?: { readonly abortSignal: AbortSignal | undefined }): Promise<any>;
  destroy(): void;
}

let opened: Promise<{ readonly sdk: Sdk; readonly client: Client }> | undefined;

/** One client for the process: it keeps connections, and credentials until they expire. */
function openClient() {
  opened ??= openSdk();
  return opened;
}

async function openSdk() {
  const name: string = "@aws-sdk/client-s3"; // no literal, so that it compiles without
  optionalPackage(name, "Reading from an object store");
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true"; // it is about versions to come, and not for users
  const sdk = (await import(name)) as Sdk;
  return { sdk, client: new sdk.S3Client(await settingsOf(sdk)) };
}

/**
 * Credentials, profile, endpoint and region are found by the SDK where all of Amazon's tools look. Trying again is ours. Buckets stand in
 * the path, which every store understands.
 */
async function settingsOf({ S3Client }: Sdk): Promise<object> {
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  const settings = {
    ...{ maxAttempts: 1, forcePathStyle: true, followRegionRedirects: true },
    ...(region !== undefined && { region }),
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 60_000, socketTimeout: 60_000 },
  };
  const probe = new S3Client(settings);
  const isKnown = await probe.config.region().then(
    () => true,
    () => false,
  );
  probe.destroy();
  return isKnown ? settings : { ...settings, region: "us-east-1" };
}

interface Asking {
  readonly signal: AbortSignal | undefined;
  readonly isFolder: boolean;
}

/** One request, tried again while it may pass, with its failure in words. Words of the store's own may hold a key, so none are told. */
async function ask<T>(address: string, { signal, isFolder }: Asking, request: () => Promise<T>): Promise<T> {
  const once = async () => {
    try {
      return await request();
    } catch (error) {
      signal?.throwIfAborted();
      throw inWords(error, address, isFolder);
    }
  };
  return retry(once, undefined, { signal });
}

/** What the SDK throws, as far as it is understood. */
interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly code?: string;
}

const NO_CREDENTIALS =
  "there are no credentials for it: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile of ~/.aws/credentials in AWS_PROFILE";

/** Errors about who asks concern every other object too, and end what is going on. */
const UNKNOWN_CALLER: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: "the store does not know this access key",
  SignatureDoesNotMatch: "the secret key is not that of the access key",
  ExpiredToken: "the credentials have expired: get new ones",
  ExpiredTokenException: "the credentials have expired: get new ones",
  InvalidToken: "the session token is not valid: get new credentials",
  RequestTimeTooSkewed: "this machine's clock is wrong by more than 15 minutes",
};

function inWords(error: unknown, address: string, isFolder: boolean): Error {
  if (error instanceof RefusedFileError || !(error instanceof Error)) return error as Error;
  const { name, $metadata } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  const stop = (reason: string) =>
    new ConfigurationError(`Cannot read from the object store as ${reason} (\`${address}\`)`, { cause: error });
  const caller = UNKNOWN_CALLER[name];
  if (caller !== undefined) return stop(caller);
  if (/credential/i.test(`${name} ${error.message}`) && status === undefined) return stop(NO_CREDENTIALS);
  if (name === "NoSuchBucket") return stop("there is no such bucket");
  if (status !== 403 && status !== 404) return passing(error, status, address);
  const reason = status === 403 ? "these credentials may not read it (403)" : "there is no such object";
  return isFolder ? stop(reason) : new RefusedFileError(address, reason);
}

/** No answer, one that was cut short, or one that may be another the next time. */
function passing(error: SdkError, status: number | undefined, address: string): ProviderError {
  const isBroken = status === undefined || status < 300;
  const retryable = isBroken || status === 408 || status === 429 || status >= 500;
  const reason = isBroken ? `its answer did not come whole (${error.code ?? error.name})` : `it answered ${status}`;
  const advice = retryable ? ": the same command goes on later, with --resume where it has --out" : "";
  const afterS = Number(error.$response?.headers?.["retry-after"]);
  return new ProviderError(
    `Cannot read from the object store as ${reason}${advice} (\`${address}\`)`,
    { retryable, status, unreachable: status === undefined, ...(afterS > 0 && { retryAfterMs: afterS * 1000 }) },
    { cause: error },
  );
}
