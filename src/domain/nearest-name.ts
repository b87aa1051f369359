/**
 * The known names that someone who wrote `name` may have meant, nearest first, at most `count`. A name that starts with
 * what was written comes first, then names within a third of its letters in edits; nothing alike gives nothing.
 */
export function nearestNames(name: string, known: readonly string[], count = 3): string[] {
  const wanted = name.toLowerCase();
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  return known
    .map((candidate) => ({ candidate, edits: editsBetween(wanted, candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= allowed)
    .sort((a, b) => a.edits - b.edits || a.candidate.localeCompare(b.candidate))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/**
 * Optimal string alignment distance: letters inserted, left out, replaced, or swapped with their neighbour. What follows
 * a full prefix of the candidate costs half an edit in all.
 */
function editsBetween(wanted: string, candidate: string): number {
  if (wanted.length > 1 && candidate.startsWith(wanted)) return candidate === wanted ? 0 : 0.5;
  const rows = [Array.from({ length: candidate.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= wanted.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= candidate.length; column++) {
      const same = wanted[row - 1] === candidate[column - 1];
      const swapped = wanted[row - 1] === candidate[column - 2] && wanted[row - 2] === candidate[column - 1];
      rows[row]?.push(
        Math.min(
          at(row - 1, column - 1) + (same ? 0 : 1),
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(wanted.length, candidate.length);
}

/** `Did you mean "a" or "b"?`, or the whole list when nothing is near and it is short; `""` when neither helps. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearestNames(name, known);
  if (near.length > 0) return `Did you mean ${near.map((each) => `"${each}"`).join(" or ")}?`;
  return known.length > 0 && known.length <= 12 ? `There are: ${known.join(", ")}.` : "";
}
