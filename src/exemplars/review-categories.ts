import type { Exemplar } from "../domain/exemplar.ts";
import { coordinatesOf, type ExpressionSpace, similarityAt, vectorDistance } from "../domain/expression-space.ts";
import { groupBy } from "../domain/group-by.ts";
import { hashDistance, SAME_IMAGE_BITS } from "../domain/perceptual-hash.ts";
import type { EmbeddedExemplar } from "../ports/exemplar-store.ts";
import { NEIGHBOURS } from "./score-similarity.ts";

/** What becomes of a face when it is left out and compared with all others, as `find` compares a new face. */
export interface LeftOutFace {
  readonly id: string;
  /** Mean similarity to the nearest examples of the category, 0..1; `null` where there is no other example. */
  readonly similarity: number | null;
  /** The same to the nearest faces that are none; `null` where there are none. */
  readonly contrast: number | null;
  /** The category of the nearest face that is none, `null` for the pile of what it is not. */
  readonly rival: string | null;
}

/** Of one kind of faces that are none, how many are taken for the category. */
interface FalseAlarms {
  /** A category, or `null` for the pile of what it is not. */
  readonly of: string | null;
  readonly taken: readonly string[];
  readonly tried: number;
}

/** How well the examples of a category hold together and apart from everything else in the store. */
export interface CategoryReview {
  readonly category: string;
  readonly definition: string | null;
  /** Action units by what sets the examples apart, the most telling first; empty without a measured example. */
  readonly signature: readonly { readonly unit: string; readonly mean: number; readonly elsewhere: number | null }[];
  /** Examples that are nearer to other examples than to anything else, out of those that could be tried. */
  readonly hits: number;
  readonly tried: number;
  readonly falseAlarms: readonly FalseAlarms[];
  /** Examples, the most typical first; those that could not be tried last. */
  readonly examples: readonly LeftOutFace[];
  /** What to do about it, one sentence each, the most pressing first. */
  readonly advice: readonly string[];
}

/** More are too many to compare each with each while somebody waits. */
const MOST_REVIEWED = 1_000;
/** As many action units as describe a face in words. */
const MOST_UNITS = 8;
/** False alarms and misses are worth a word from this share on, and from two faces. */
const WORTH_A_WORD = 0.25;

/** Reviews every category that has examples, by the names that the store writes. */
export function reviewCategories(placed: readonly EmbeddedExemplar[], space: ExpressionSpace): CategoryReview[] {
  const measured = placed.flatMap(({ exemplar, expression }) =>
    expression === null ? [] : [{ exemplar, expression }],
  );
  const nearest = measured.length > MOST_REVIEWED ? undefined : neighboursOf(measured);
  const categories = [...groupBy(placed, ({ exemplar }) => exemplar.category)];
  return categories.map(([category, own]) => {
    const examples = measured.filter(({ exemplar }) => isExample(exemplar, category));
    const others = measured.filter(({ exemplar }) => !isExample(exemplar, category));
    const leftOut = (each: Placed) => (nearest === undefined ? notTried(each) : leaveOut(each, category, nearest));
    const tried = examples.map(leftOut).sort((a, b) => lead(b) - lead(a));
    const hits = tried.filter(isTaken).length;
    // The pile of what it is not first, then categories by name, in whatever order the store has them.
    const kinds = [...groupBy(others, ({ exemplar }) => kindOf(exemplar, category))].sort(([a], [b]) =>
      (a ?? "").localeCompare(b ?? ""),
    );
    const falseAlarms = kinds.map(([of, faces]) => {
      const outcomes = faces.map(leftOut).filter(canBeTried);
      return { of, taken: outcomes.filter(isTaken).map(({ id }) => id), tried: outcomes.length };
    });
    const review = {
      ...{ category, signature: signatureOf(examples, others, space), hits, falseAlarms, examples: tried },
      definition: own.map(({ exemplar }) => exemplar.definition).find((text) => text !== null) ?? null,
      tried: tried.filter(canBeTried).length,
    };
    const unmeasured = own.filter(({ expression }) => expression === null).length;
    return { ...review, advice: adviceOn(review, { examples, others, unmeasured, isTried: nearest !== undefined }) };
  });
}

interface Placed {
  readonly exemplar: Exemplar;
  readonly expression: Float32Array;
}

function isExample({ category, role }: Exemplar, wanted: string): boolean {
  return category === wanted && role === "instance";
}

/** Examples of another category under its name; everything that was called "not this" in one pile. */
function kindOf({ category, role }: Exemplar, wanted: string): string | null {
  return role === "instance" && category !== wanted ? category : null;
}

/** How much nearer a face is to the examples than to what is none. */
function lead({ similarity, contrast }: LeftOutFace): number {
  return (similarity ?? -1) - (contrast ?? 0);
}

/** Without other examples, or without anything else, nothing would be found out. */
function canBeTried({ similarity, contrast }: LeftOutFace): boolean {
  return similarity !== null && contrast !== null;
}

function isTaken(face: LeftOutFace): boolean {
  return canBeTried(face) && lead(face) > 0;
}

function notTried({ exemplar: { id } }: Placed): LeftOutFace {
  return { id, similarity: null, contrast: null, rival: null };
}

type Neighbours = ReadonlyMap<Placed, readonly { readonly other: Exemplar; readonly similarity: number }[]>;

/** For every face all the others, the most similar first; not itself, and no copy of it, which would tell nothing. */
function neighboursOf(measured: readonly Placed[]): Neighbours {
  return new Map(
    measured.map((face) => [
      face,
      measured
        .filter(({ exemplar }) => exemplar !== face.exemplar && !isCopy(exemplar, face.exemplar))
        .map(({ exemplar: other, expression }) => ({
          other,
          similarity: similarityAt(vectorDistance(face.expression, expression)),
        }))
        .sort((a, b) => b.similarity - a.similarity),
    ]),
  );
}

function isCopy(a: Exemplar, b: Exemplar): boolean {
  if (a.image.sha256 === b.image.sha256 && JSON.stringify(a.region) === JSON.stringify(b.region)) return true;
  const [one, other] = [a.regionHash ?? a.image.hash, b.regionHash ?? b.image.hash];
  return one !== null && other !== null && hashDistance(one, other) <= SAME_IMAGE_BITS;
}

function leaveOut(face: Placed, category: string, nearest: Neighbours): LeftOutFace {
  const around = nearest.get(face) ?? [];
  const like = around.filter(({ other }) => isExample(other, category)).slice(0, NEIGHBOURS);
  const unlike = around.filter(({ other }) => !isExample(other, category)).slice(0, NEIGHBOURS);
  const [rival] = unlike;
  return {
    id: face.exemplar.id,
    ...{ similarity: meanOf(like), contrast: meanOf(unlike) },
    rival: rival === undefined ? null : kindOf(rival.other, category),
  };
}

function meanOf(near: readonly { readonly similarity: number }[]): number | null {
  return near.length === 0 ? null : near.reduce((sum, { similarity }) => sum + similarity, 0) / near.length;
}

function signatureOf(examples: readonly Placed[], others: readonly Placed[], space: ExpressionSpace) {
  if (examples.length === 0) return [];
  const mean = (faces: readonly Placed[]) => {
    const rows = faces.map(({ expression }) => coordinatesOf(space, expression));
    return space.dimensions.map((_, at) => rows.reduce((sum, row) => sum + (row[at] as number), 0) / rows.length);
  };
  const [here, elsewhere] = [mean(examples), others.length === 0 ? null : mean(others)];
  return space.dimensions
    .flatMap(({ name, kind, centre }, at) => {
      if (kind !== "action-unit") return [];
      const [own, there] = [here[at] as number, elsewhere?.[at] ?? null];
      return [{ unit: name, mean: own, elsewhere: there, gap: Math.abs(own - (there ?? centre)) }];
    })
    .sort((a, b) => b.gap - a.gap)
    .slice(0, MOST_UNITS)
    .map(({ gap, ...entry }) => entry);
}

interface Reviewed {
  readonly examples: readonly Placed[];
  readonly others: readonly Placed[];
  readonly unmeasured: number;
  readonly isTried: boolean;
}

function adviceOn(
  review: Omit<CategoryReview, "advice">,
  { examples, others, unmeasured, isTried }: Reviewed,
): string[] {
  const { hits, tried, falseAlarms } = review;
  const advice: string[] = [];
  if (examples.length < NEIGHBOURS) {
    advice.push(
      `${examples.length} measured ${examples.length === 1 ? "example is" : "examples are"} too few: add ${NEIGHBOURS - examples.length} more at least, of other people.`,
    );
  } else if (new Set(examples.map(({ exemplar }) => exemplar.image.sha256)).size === 1) {
    advice.push("All examples are from one image: add faces from others.");
  }
  if (others.length === 0) {
    advice.push(
      'There is nothing to tell it from: put faces that are not it under "not this", or into another category.',
    );
  }
  advice.push(...adviceOnAlarms(falseAlarms));
  const missed = tried - hits;
  if (missed >= 2 && missed >= WORTH_A_WORD * tried) {
    advice.push(
      `${missed} of ${tried} examples are nearer to other faces than to the rest of their own: look at the doubtful ones, or part the category in two.`,
    );
  }
  if (unmeasured > 0) {
    advice.push(
      `${unmeasured} ${unmeasured === 1 ? "face has" : "faces have"} too little that could be measured and ${unmeasured === 1 ? "is" : "are"} found by words alone: choose others.`,
    );
  }
  if (!isTried)
    advice.push(`More than ${MOST_REVIEWED} faces are in the store: leaving out one after another is not tried here.`);
  if (advice.length === 0) advice.push("Nothing speaks against it.");
  return advice;
}

function adviceOnAlarms(falseAlarms: readonly FalseAlarms[]): string[] {
  return falseAlarms
    .filter(({ taken, tried }) => taken.length >= 2 && taken.length >= WORTH_A_WORD * tried)
    .sort((a, b) => b.taken.length - a.taken.length)
    .map(({ of, taken, tried }) => {
      const faces = of === null ? 'faces of "not this"' : `${of} faces`;
      const more = of === null ? 'faces like them under "not this"' : `${of} examples`;
      return `${taken.length} of ${tried} ${faces} are false alarms: add ${more}, or take out the doubtful examples.`;
    });
}
