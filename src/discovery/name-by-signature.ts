import type { SignatureEntry } from "../domain/discovery.ts";
import type { SpaceDimension } from "../domain/expression-space.ts";

/** What a group of faces is called for want of a better name. */
interface SignatureName {
  readonly name: string;
  readonly definition: string;
  readonly contrast: string;
  /** Action units that the group shows; empty when it shows nothing that others do not. */
  readonly shown: readonly string[];
}

/** A mean from here on counts as shown, up to there as not shown. The band between is neither. */
const SHOWN_FROM = 0.4;
const NOT_SHOWN_UP_TO = 0.25;
const MOST_UNITS = 4;

/** Names a group by the action units that set it apart: `AU12+AU14 without AU6, near: happiness`. */
export function nameBySignature(
  signature: readonly SignatureEntry[],
  dimensions: readonly SpaceDimension[],
  nearestKnown: string | null,
): SignatureName {
  const kinds = new Map(dimensions.map((dimension) => [dimension.name, dimension.kind]));
  const facial = signature.filter((entry) =>
    ["action-unit", "one-sidedness"].includes(kinds.get(entry.dimension) ?? ""),
  );
  const present = facial
    .filter(isShown)
    .filter((entry, _, all) => !repeatsWholeFace(entry, all))
    .slice(0, MOST_UNITS);
  const missing = facial
    .filter((entry) => entry.mean <= NOT_SHOWN_UP_TO && expected(entry) >= SHOWN_FROM)
    .sort((a, b) => expected(b) - expected(a))
    .slice(0, 2);
  const shown = inFacsOrder(present.map((entry) => entry.dimension));
  const without = inFacsOrder(missing.map((entry) => entry.dimension));
  const near = nearestKnown === null ? "" : `, near: ${nearestKnown}`;
  const label = shown.length === 0 ? strongestDeparture(signature) : shown.join("+");
  return {
    name: `${label}${without.length === 0 ? "" : ` without ${without.join("+")}`}${near}`.slice(0, 80),
    definition: definitionOf(present, missing),
    contrast: contrastOf(facial, nearestKnown),
    shown,
  };
}

/** Whether a group shows it: with a mean that counts, and by a large effect more than other faces do. */
export function isShown({ effect, mean }: Pick<SignatureEntry, "effect" | "mean">): boolean {
  return effect >= LARGE_EFFECT && mean >= SHOWN_FROM;
}

/** What one would expect to see: what the nearest known category shows, or else what other faces show. */
function expected(entry: SignatureEntry): number {
  return entry.nearestKnown ?? entry.elsewhere;
}

/** One-sidedness says nothing new of a unit that is shown on both halves. */
function repeatsWholeFace(entry: SignatureEntry, all: readonly SignatureEntry[]): boolean {
  const unit = entry.dimension.replace(" one-sided", "");
  return unit !== entry.dimension && all.some((other) => other.dimension === unit && other.effect >= entry.effect);
}

function inFacsOrder(names: readonly string[]): string[] {
  return [...names].sort(
    (a, b) => Number.parseInt(a.slice(2), 10) - Number.parseInt(b.slice(2), 10) || a.length - b.length,
  );
}

function strongestDeparture(signature: readonly SignatureEntry[]): string {
  const [strongest] = signature;
  if (strongest === undefined) return "no departure";
  return `${strongest.effect > 0 ? "more" : "less"} ${strongest.dimension}`;
}

function definitionOf(present: readonly SignatureEntry[], missing: readonly SignatureEntry[]): string {
  const describe = (entry: SignatureEntry) =>
    `${entry.dimension} (mean ${entry.mean.toFixed(2)}, ${entry.elsewhere.toFixed(2)} elsewhere, d = ${entry.effect.toFixed(1)})`;
  const shows =
    present.length === 0
      ? "Faces that show no action unit more than others do"
      : `Faces that show ${listed(present.map(describe))}`;
  return missing.length === 0
    ? `${shows}.`
    : `${shows}, and do not show ${listed(missing.map((entry) => entry.dimension))}.`;
}

function contrastOf(facial: readonly SignatureEntry[], nearestKnown: string | null): string {
  if (nearestKnown === null) return "No known category was found among these faces to compare it with.";
  const gaps = facial
    .flatMap((entry) => (entry.nearestKnown === null ? [] : [{ entry, gap: entry.mean - entry.nearestKnown }]))
    .filter(({ gap }) => Math.abs(gap) >= 0.2)
    .sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap))
    .slice(0, 3)
    .map(
      ({ entry, gap }) =>
        `${gap > 0 ? "more" : "less"} ${entry.dimension} (${entry.mean.toFixed(2)} against ${(entry.nearestKnown as number).toFixed(2)})`,
    );
  if (gaps.length === 0) return `No action unit sets it apart from ${nearestKnown} by 0.2 or more.`;
  return `Not ${nearestKnown}: ${listed(gaps)}.`;
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** Faces in the units of their dimensions. float64 [faces][dimensions]. */
export interface NamedCoordinates {
  readonly dimensions: readonly SpaceDimension[];
  readonly rows: readonly Float64Array[];
}

/** From here on an effect is called large (Cohen 1988). */
const LARGE_EFFECT = 0.8;
const NORMAL_975 = 1.959964;

/** Every coordinate of a group of faces beside all other faces, strongest effect first. */
export function signatureOf(
  { dimensions, rows }: NamedCoordinates,
  group: { readonly members: readonly number[]; readonly nearestKnown: readonly number[] },
): SignatureEntry[] {
  const inside = new Set(group.members);
  const others = rows.map((_, index) => index).filter((index) => !inside.has(index));
  return dimensions
    .map((dimension, column) => {
      const members = momentsOf(rows, group.members, column);
      const rest = momentsOf(rows, others, column);
      const known = group.nearestKnown.length === 0 ? null : momentsOf(rows, group.nearestKnown, column).mean;
      const { effect, error } = cohensD(members, rest);
      return {
        dimension: dimension.name,
        mean: members.mean,
        elsewhere: rest.mean,
        effect,
        low: effect - NORMAL_975 * error,
        high: effect + NORMAL_975 * error,
        nearestKnown: known,
      };
    })
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}

interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
}

function momentsOf(rows: readonly Float64Array[], chosen: readonly number[], column: number): Moments {
  const values = chosen.map((index) => (rows[index] as Float64Array)[column] as number);
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n: values.length, mean, variance: squares / Math.max(1, values.length - 1) };
}

/** Cohen's d with its standard error (Hedges and Olkin 1985, large-sample). A coordinate that never varies has effect 0. */
function cohensD(a: Moments, b: Moments): { effect: number; error: number } {
  const pooled = Math.sqrt(((a.n - 1) * a.variance + (b.n - 1) * b.variance) / Math.max(1, a.n + b.n - 2));
  if (pooled === 0 || a.n === 0 || b.n === 0) return { effect: 0, error: 0 };
  const effect = (a.mean - b.mean) / pooled;
  return { effect, error: Math.sqrt((a.n + b.n) / (a.n * b.n) + effect ** 2 / (2 * (a.n + b.n))) };
}
