import { stat } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { strFromU8, unzipSync } from "fflate";
import { z } from "zod";
import { ConfigurationError } from "../../domain/errors.ts";
import { RecordedReplies } from "../../domain/recorded-replies.ts";
import { canonicalJson } from "../../platform/content-store.ts";
import { sha256 } from "../../platform/hash.ts";
import { readBytes } from "../../platform/read-file.ts";
import { whyRefused } from "../../platform/system-error.ts";
import { systemPath } from "../../platform/system-path.ts";

interface Recorded {
  readonly path: string;
  /** The model that was named behind the path. */
  readonly named: string | undefined;
  readonly recorded: readonly RecordedReplies[];
  readonly sha256: string;
}

/**
 * Reads the replies of models out of a report, the answers to a list, or the bundle of an evaluation.
 *
 * @throws {ConfigurationError} if it is none of these.
 */
export async function readRecorded(bundle: string): Promise<Recorded> {
  const whole = await placeOf(bundle);
  const at = bundle.lastIndexOf("#");
  const before = whole === undefined && at > 0 ? bundle.slice(0, at) : undefined;
  const path = whole ?? (before === undefined ? undefined : await placeOf(before)) ?? before ?? bundle;
  const bytes = await readBytes(path).catch((cause: unknown) => {
    throw new ConfigurationError(`Cannot replay as ${whyRefused(cause)}: \`${path}\``, { cause });
  });
  try {
    const recorded = isZip(bytes) ? inBundle(bytes) : linesOf(bytes).flatMap(repliesIn);
    return { path, named: before === undefined ? undefined : bundle.slice(at + 1), recorded, sha256: sha256(bytes) };
  } catch (cause) {
    throw new ConfigurationError(`Cannot replay as it is damaged, or no report or bundle of Kuleshov's: \`${path}\``, {
      cause,
    });
  }
}

/** The file that holds replies, in the folder of an `ask` or by itself; `undefined` where nothing is there. */
async function placeOf(path: string): Promise<string | undefined> {
  const found = await stat(systemPath(path)).catch(() => undefined);
  if (found === undefined || !found.isDirectory()) return found && path;
  for (const name of ["report.json", "answers.jsonl"]) {
    if (await stat(systemPath(join(path, name))).catch(() => undefined)) return join(path, name);
  }
  throw new ConfigurationError(
    `Cannot replay a folder without report.json or answers.jsonl: make a bundle of an evaluation with \`kuleshov eval export <run> --bundle <file>\` (\`${path}\`)`,
  );
}

const isZip = (bytes: Uint8Array) => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** A report is one JSON text, answers to a list are one a line. */
function linesOf(bytes: Buffer): unknown[] {
  const text = bytes.toString("utf8");
  try {
    return [JSON.parse(text)];
  } catch {
    return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  }
}

/** An answer about one face of an image has the replies of all that share its report: they count once. */
function inBundle(bytes: Uint8Array): RecordedReplies[] {
  const isAnswer = ({ name }: { readonly name: string }) => /^answers\/.+\.json\.gz$/.test(name);
  const seen = new Set<string>();
  return Object.values(unzipSync(bytes, { filter: isAnswer })).flatMap((packed) => {
    const { detail } = Kept.parse(JSON.parse(strFromU8(gunzipSync(packed))));
    const replies = repliesIn(detail);
    const createdAt = Dated.safeParse(detail).data?.provenance.createdAt;
    const key = sha256(canonicalJson({ createdAt, replies }));
    if (createdAt !== undefined && seen.has(key)) return [];
    seen.add(key);
    return replies;
  });
}

const Kept = z.looseObject({ detail: z.unknown() });
const Dated = z.looseObject({ provenance: z.looseObject({ createdAt: z.string() }) });
const WithReplies = z.looseObject({ replies: z.array(RecordedReplies).default([]) });
const Asked = z.looseObject({ report: WithReplies.nullable() });

function repliesIn(value: unknown): RecordedReplies[] {
  const { data } = Asked.safeParse(value);
  if (data !== undefined) return data.report?.replies ?? [];
  return value === null ? [] : WithReplies.parse(value).replies;
}
