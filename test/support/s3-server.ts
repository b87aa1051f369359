import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server does with a request before it answers as it should. */
export type S3Fault = { readonly status: number; readonly retryAfterS: number } | { readonly cutAfterBytes: number };

/**
 * A loopback server that lists, gives and takes the objects of one bucket, `photos`, as Amazon's does: pages, keys coded as in a URL, signatures
 * (version 4) checked, errors by their names, objects that may only be put where none is. What the SDK makes of its answers was compared
 * with moto 5's by hand.
 */
export interface S3Server {
  readonly url: string;
  /** May be changed under way. */
  readonly objects: Map<string, Uint8Array>;
  /** One for each of the requests to come. */
  readonly faults: S3Fault[];
  /** Method and path of each request, as it was sent. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Each is the only one that the server knows. */
export const S3_KEYS = { AWS_ACCESS_KEY_ID: "AKIDLOOPBACK", AWS_SECRET_ACCESS_KEY: "a-secret-of-the-test" };

export async function serveS3(objects: Map<string, Uint8Array>, keysInPage = 1000): Promise<S3Server> {
  const faults: S3Fault[] = [];
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const fault = faults.shift();
    const refusal = refusalOf(request);
    if (refusal !== undefined) sendError(response, 403, refusal);
    else if (fault !== undefined && "status" in fault) {
      response.setHeader("retry-after", String(fault.retryAfterS));
      sendError(response, fault.status, "SlowDown");
    } else answer({ request, response, objects, keysInPage, cutAfterBytes: fault?.cutAfterBytes });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ objects, faults, requests },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly objects: Map<string, Uint8Array>;
  readonly keysInPage: number;
  readonly cutAfterBytes: number | undefined;
}

async function answer({ request, response, objects, keysInPage, cutAfterBytes }: Exchange): Promise<void> {
  const [path = "", query = ""] = (request.url ?? "").split("?", 2);
  const [, bucket = "", coded = ""] = /^\/([^/]*)\/?(.*)$/.exec(path) ?? [];
  const key = decodeURIComponent(coded);
  const bytes = objects.get(key);
  if (bucket !== "photos") sendError(response, 404, "NoSuchBucket");
  else if (request.method === "PUT") await putObject(request, response, objects, key);
  else if (request.method === "DELETE") {
    objects.delete(key);
    response.writeHead(204).end();
  } else if (key === "") sendList(response, objects, { query: new URLSearchParams(query), keysInPage });
  else if (key.startsWith("locked/")) sendError(response, 403, "AccessDenied");
  else if (bytes === undefined) sendError(response, 404, "NoSuchKey");
  else sendObject(response, bytes, { range: request.headers.range, isHead: request.method === "HEAD", cutAfterBytes });
}

/** What is put to be the first of its name is refused where one is: so LanceDB's versions exclude each other. */
async function putObject(
  request: IncomingMessage,
  response: ServerResponse,
  objects: Map<string, Uint8Array>,
  key: string,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  if (request.headers["if-none-match"] === "*" && objects.has(key)) sendError(response, 412, "PreconditionFailed");
  else {
    const bytes = Buffer.concat(parts);
    objects.set(key, bytes);
    response.writeHead(200, { etag: etagOf(bytes) }).end();
  }
}

const CHANGED = new Date(0);
const etagOf = (bytes: Uint8Array) => `"${createHash("md5").update(bytes).digest("hex")}"`;

function sendObject(
  response: ServerResponse,
  whole: Uint8Array,
  { range, isHead, cutAfterBytes }: { range: string | undefined; isHead: boolean; cutAfterBytes: number | undefined },
): void {
  const [, from, to, last] = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/.exec(range ?? "") ?? [];
  const start = last === undefined ? Number(from ?? 0) : Math.max(0, whole.length - Number(last));
  const bytes = whole.subarray(start, to === undefined || to === "" ? whole.length : Number(to) + 1);
  response.writeHead(range === undefined ? 200 : 206, {
    ...{ "content-length": bytes.length, etag: etagOf(whole), "last-modified": CHANGED.toUTCString() },
    ...(range !== undefined && {
      "content-range": `bytes ${start}-${start + bytes.length - 1}/${whole.length}`,
    }),
  });
  if (isHead) response.end();
  else if (cutAfterBytes === undefined) response.end(bytes);
  else response.write(bytes.subarray(0, cutAfterBytes), () => setTimeout(() => response.destroy(), 20));
}

function sendList(
  response: ServerResponse,
  objects: ReadonlyMap<string, Uint8Array>,
  { query, keysInPage }: { readonly query: URLSearchParams; readonly keysInPage: number },
): void {
  const [after, prefix] = [query.get("continuation-token") ?? "", query.get("prefix") ?? ""];
  const [isCoded, delimiter] = [query.get("encoding-type") === "url", query.get("delimiter")];
  const from = Buffer.from(after, "base64url").toString();
  const below = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > from).sort();
  /** Up to the next slash where folders are asked for. */
  const folderOf = (key: string) => {
    const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
    return end === -1 ? undefined : key.slice(0, end + 1);
  };
  const folders = new Set(below.flatMap((key) => folderOf(key) ?? []));
  const keys = below.filter((key) => folderOf(key) === undefined);
  const page = keys.slice(0, keysInPage);
  const isCut = keys.length > page.length;
  const named = (key: string) => (isCoded ? encodeURIComponent(key).replaceAll("%20", "+") : inXml(key));
  const contents = page.map((key) => {
    const bytes = objects.get(key) as Uint8Array;
    const about = `<Size>${bytes.length}</Size><ETag>${inXml(etagOf(bytes))}</ETag>`;
    return `<Contents><Key>${named(key)}</Key><LastModified>${CHANGED.toISOString()}</LastModified>${about}</Contents>`;
  });
  const common = [...folders].map((folder) => `<CommonPrefixes><Prefix>${named(folder)}</Prefix></CommonPrefixes>`);
  const next = isCut
    ? `<NextContinuationToken>${Buffer.from(page.at(-1) ?? "").toString("base64url")}</NextContinuationToken>`
    : "";
  const coding = isCoded ? "<EncodingType>url</EncodingType>" : "";
  const listed = `${contents.join("")}${common.join("")}`;
  send(
    response,
    200,
    `<ListBucketResult>${coding}<IsTruncated>${isCut}</IsTruncated>${listed}${next}</ListBucketResult>`,
  );
}

function inXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function sendError(response: ServerResponse, status: number, code: string): void {
  send(
    response,
    status,
    `<Error><Code>${code}</Code><Message>${S3_KEYS.AWS_ACCESS_KEY_ID} is refused</Message></Error>`,
  );
}

function send(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { "content-type": "application/xml" }).end(`<?xml version="1.0"?>${xml}`);
}

/** By which name a request is refused whose signature is not that of the one key that is known. */
function refusalOf({ method, url = "", headers }: IncomingMessage): string | undefined {
  const [, id, day, region, signed = "", signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      headers.authorization ?? "",
    ) ?? [];
  if (id === undefined || day === undefined || region === undefined) return "AccessDenied";
  if (id !== S3_KEYS.AWS_ACCESS_KEY_ID) return "InvalidAccessKeyId";
  const [path = "", query = ""] = url.split("?", 2);
  const lines = signed.split(";").map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [
    ...[method, path, query.split("&").sort().join("&"), lines.join(""), signed],
    headers["x-amz-content-sha256"],
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const hash = createHash("sha256").update(canonical).digest("hex");
  const toSign = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hash].join("\n");
  const sign = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const signing = [day, region, "s3", "aws4_request"].reduce<string | Buffer>(
    sign,
    `AWS4${S3_KEYS.AWS_SECRET_ACCESS_KEY}`,
  );
  return sign(signing as Buffer, toSign).toString("hex") === signature ? undefined : "SignatureDoesNotMatch";
}
