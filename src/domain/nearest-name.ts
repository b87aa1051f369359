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

/** Levenshtein distance, except that what follows a full prefix of the candidate costs half an edit in all. */
function editsBetween(wanted: string, candidate: string): number {
  if (wanted.length > 1 && candidate.startsWith(wanted)) return candidate === wanted ? 0 : 0.5;
  let previous = Array.from({ length: candidate.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...wanted].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...candidate].entries()) {
      const substituted = (previous[column] as number) + (letter === other ? 0 : 1);
      current.push(Math.min(substituted, (previous[column + 1] as number) + 1, (current[column] as number) + 1));
    }
    previous = current;
  }
  return previous[candidate.length] as number;
}

/** `Did you mean "a" or "b"?`, or the whole list when nothing is near and it is short; `""` when neither helps. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearestNames(name, known);
  if (near.length > 0) return `Did you mean ${near.map((each) => `"${each}"`).join(" or ")}?`;
  return known.length > 0 && known.length <= 12 ? `There are: ${known.join(", ")}.` : "";
}
