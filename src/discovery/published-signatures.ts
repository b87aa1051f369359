import type { PublishedSignature, SignatureEntry, SignatureMatch } from "../domain/discovery.ts";
import { PROTOTYPE_FROM } from "../domain/evidence.ts";
import type { ExpressionSpace } from "../domain/expression-space.ts";
import { agreementIndex } from "../facs/prototypes.ts";
import { isShown } from "./name-by-signature.ts";

/**
 * A group held against each published signature by the agreement index that faces are held against FACS prototypes by: a
 * unit is present that the group shows against other faces. Best first; signatures that it shows nothing of are left out.
 *
 * @param unmeasured Dimensions that were measured on too few faces.
 */
export function matchSignatures(
  signature: readonly SignatureEntry[],
  published: readonly PublishedSignature[],
  unmeasured: ReadonlySet<string>,
): SignatureMatch[] {
  const measured = new Map(
    signature.filter(({ dimension }) => !unmeasured.has(dimension)).map((entry) => [entry.dimension, entry]),
  );
  const shows = (dimension: string) => {
    const entry = measured.get(dimension);
    return entry !== undefined && isShown(entry);
  };
  const named = [...new Set(published.flatMap(({ units }) => units))];
  // A unit on one side is that unit, too.
  const shown = named.filter((au) => shows(au) || shows(oneSide(au)));
  const matches = published.map(({ units, oneSided, ...rest }): SignatureMatch => {
    const wanted = oneSided ? units.map(oneSide) : units;
    const present = wanted.filter((name) => shows(name) || (!oneSided && shows(oneSide(name))));
    const missing = wanted.filter((name) => !measured.has(name));
    const parts = { present, absent: wanted.filter((name) => !present.includes(name) && !missing.includes(name)) };
    const besides = shown.filter((au) => !units.includes(au));
    if (missing.length > 0)
      return { ...rest, ...parts, match: "not held", agreement: null, unmeasured: missing, besides };
    const agreement = agreementIndex(present.length, units.length, shown.length);
    const match = agreement === 1 ? "full" : agreement >= PROTOTYPE_FROM ? "partial" : "weak";
    return { ...rest, ...parts, match, agreement, unmeasured: [], besides };
  });
  return matches
    .filter(({ agreement }) => agreement !== 0)
    .sort((a, b) => (b.agreement ?? -1) - (a.agreement ?? -1) || strength(b) - strength(a));
}

/** Which signatures no group can be held against, as the toolbox does not measure their units; nothing where there are none. */
export function signatureNotes(
  published: readonly PublishedSignature[],
  { toolbox, dimensions }: Pick<ExpressionSpace, "toolbox" | "dimensions">,
): string[] {
  const measured = new Set(dimensions.map(({ name }) => name));
  const unheld = published.filter(({ units, oneSided }) =>
    units.some((au) => !measured.has(oneSided ? oneSide(au) : au)),
  );
  if (unheld.length === 0) return [];
  const names = unheld.map(({ category }) => category).join(", ");
  return [
    `${unheld.length} of ${published.length} published signatures cannot be held against these groups, as they have action units that ${toolbox} does not measure: ${names}.`,
  ];
}

/**
 * The one signature that a group matches fully, on better evidence than any other that it matches fully; `undefined`
 * where there is none, or it is of one study or few.
 */
export function knownBySignature(matches: readonly SignatureMatch[]): SignatureMatch | undefined {
  const [best, next] = matches.filter(({ match }) => match === "full");
  if (best === undefined || best.evidence === "tentative") return undefined;
  return next !== undefined && strength(next) === strength(best) ? undefined : best;
}

const STRENGTHS = ["tentative", "moderate", "established"] as const;

function strength({ evidence }: SignatureMatch): number {
  return STRENGTHS.indexOf(evidence);
}

/** As an expression space calls it. */
function oneSide(au: string): string {
  return `${au} one-sided`;
}
