import { z } from "zod";
import type { Discovery, Proposal } from "../domain/discovery.ts";
import { createRandom, type Random } from "../domain/statistics/random.ts";

/** Faces that a rater looks at for one proposal. */
const MEMBERS = 12;
const COUNTERS = 6;
const OTHERS = 6;
const REFERENCES = 4;

/** What one line of the sheet really is. Kept apart from the sheet, so that raters do not see it. */
const CheckItem = z.strictObject({
  item: z.string().regex(/^[0-9]{3,}$/),
  /** `A`, `B`, ...: which reference faces it is to be compared with. */
  group: z.string(),
  proposal: z.string(),
  face: z.string(),
  truth: z.enum(["member", "counter", "other"]),
});
type CheckItem = z.infer<typeof CheckItem>;

/** Everything needed to score a sheet. */
export const CheckKey = z.strictObject({
  seed: z.number(),
  groups: z.array(z.strictObject({ group: z.string(), proposal: z.string(), references: z.array(z.string()) })),
  items: z.array(CheckItem),
});
export type CheckKey = z.infer<typeof CheckKey>;

/**
 * Draws the faces for a blind check of every proposal that survived its tests: some members, faces of the nearest known
 * category that come close, and others, in random order, to be compared with reference members that are not among them.
 * `null` when no proposal survived.
 */
export function drawCheck({ proposals, faces }: Discovery, seed: number): CheckKey | null {
  const surviving = proposals.filter(({ status }) => status === "survived");
  if (surviving.length === 0) return null;
  const random = createRandom(`${seed} rating sheet`);
  const everyone = faces.map(({ id }) => id);
  const drawn = surviving.map((proposal, index) =>
    drawGroup(proposal, { everyone, group: groupLetter(index), random }),
  );
  const shuffled = random.shuffled(drawn.flatMap(({ items }) => items));
  const digits = Math.max(3, String(shuffled.length).length);
  return {
    seed,
    groups: drawn.map(({ group, proposal, references }) => ({ group, proposal, references })),
    items: shuffled.map((item, index) => ({ ...item, item: String(index + 1).padStart(digits, "0") })),
  };
}

function drawGroup(
  { id, members, medoid, counter }: Proposal,
  context: { readonly everyone: readonly string[]; readonly group: string; readonly random: Random },
) {
  const { everyone, group, random } = context;
  const shuffled = random.shuffled(members.filter((member) => member !== medoid));
  // With few members, half of them are references at most.
  const references = [medoid, ...shuffled.slice(0, Math.min(REFERENCES - 1, Math.floor(shuffled.length / 2)))];
  const shown = shuffled.slice(references.length - 1, references.length - 1 + MEMBERS);
  const taken = new Set([...members, ...counter]);
  const others = random.shuffled(everyone.filter((face) => !taken.has(face))).slice(0, OTHERS);
  const as = (truth: CheckItem["truth"]) => (face: string) => ({ item: "", group, proposal: id, face, truth });
  return {
    group,
    proposal: id,
    references,
    items: [...shown.map(as("member")), ...counter.slice(0, COUNTERS).map(as("counter")), ...others.map(as("other"))],
  };
}

/** A, B, ..., Z, AA, AB, ... */
function groupLetter(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : groupLetter(Math.floor(index / 26) - 1) + letter;
}
