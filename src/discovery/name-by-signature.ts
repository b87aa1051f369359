import type { SignatureEntry } from "../domain/discovery.ts";
import type { SpaceDimension } from "../domain/expression-space.ts";
import { LARGE_EFFECT } from "./signature.ts";

/** What a group of faces is called for want of a better name. */
export interface SignatureName {
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
    .filter((entry) => entry.effect >= LARGE_EFFECT && entry.mean >= SHOWN_FROM)
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
