import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { z } from "zod";
import type { RunHeader } from "../runner/stored-run.ts";

/** A prompt by which two runs asked otherwise. */
export interface PromptChange {
  /** `id@version` in each run; `null` where it was not asked with. */
  readonly before: string | null;
  readonly after: string | null;
  /** What its words became, as a unified diff; `null` where a run does not keep them. */
  readonly patch: string | null;
}

const Reference = z.looseObject({ id: z.string(), version: z.string(), sha256: z.string() });
type Reference = z.infer<typeof Reference>;

/** Two runs' conditions with the prompts that they asked with. */
interface Side {
  readonly header: Pick<RunHeader, "identities" | "prompts">;
  readonly cell: string;
}

/**
 * The prompts that differ between two conditions: by their ids, and where one of each is left over these two, as when the
 * second version has a file of its own.
 */
export function promptChanges(then: Side, now: Side): readonly PromptChange[] {
  const [olds, news] = [referencesIn(then.header.identities[then.cell]), referencesIn(now.header.identities[now.cell])];
  const hasChanged = (one: Reference) => !news.some(({ sha256 }) => sha256 === one.sha256);
  const isNew = (one: Reference) => !olds.some(({ sha256 }) => sha256 === one.sha256);
  const [gone, come] = [olds.filter(hasChanged), news.filter(isNew)];
  const sameId = gone.flatMap((old) => come.filter(({ id }) => id === old.id).map((one) => [old, one] as const));
  const [oldsLeft, newsLeft] = [
    gone.filter((old) => !sameId.some(([one]) => one === old)),
    come.filter((one) => !sameId.some(([, other]) => other === one)),
  ];
  const rest =
    oldsLeft.length === 1 && newsLeft.length === 1
      ? [[oldsLeft[0], newsLeft[0]] as const]
      : [...oldsLeft.map((old) => [old, undefined] as const), ...newsLeft.map((one) => [undefined, one] as const)];
  return [...sameId, ...rest].map(([old, one]) => ({
    before: nameOf(old),
    after: nameOf(one),
    patch: patchOf([old, then.header.prompts[old?.sha256 ?? ""]], [one, now.header.prompts[one?.sha256 ?? ""]]),
  }));
}

/** Lines of a diff that stand around each change. */
const CONTEXT = 1;

function patchOf(
  [old, before = old === undefined ? "" : undefined]: readonly [Reference | undefined, string | undefined],
  [one, after = one === undefined ? "" : undefined]: readonly [Reference | undefined, string | undefined],
): string | null {
  if (before === undefined || after === undefined) return null;
  const [from, to] = [nameOf(old) ?? "(none)", nameOf(one) ?? "(none)"];
  return createTwoFilesPatch(from, to, `${before}\n`, `${after}\n`, undefined, undefined, {
    context: CONTEXT,
    headerOptions: FILE_HEADERS_ONLY,
  }).trimEnd();
}

function nameOf(reference: Reference | undefined): string | null {
  return reference === undefined ? null : `${reference.id}@${reference.version}`;
}

/** The prompts of a condition, wherever in what determined its answers they are named. */
export function referencesIn(value: unknown): Reference[] {
  if (typeof value !== "object" || value === null) return [];
  const reference = Reference.safeParse(value);
  if (reference.success) return [reference.data];
  return Object.values(value).flatMap(referencesIn);
}
