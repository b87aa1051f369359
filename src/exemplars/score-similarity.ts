import { type ExpressionSpace, similarityAt, vectorDistance } from "../domain/expression-space.ts";
import type { EmbeddedExemplar } from "../ports/exemplar-store.ts";
import { compareExpressions, expressionReasons } from "./explain-match.ts";

/** What a face is compared with. */
export interface SimilarityExamples {
  readonly space: ExpressionSpace;
  /** Show the expression. */
  readonly positives: readonly EmbeddedExemplar[];
  /** Do not: counter exemplars and other categories. May be empty. */
  readonly negatives: readonly EmbeddedExemplar[];
}

/** How far a face shows the same expression as the examples. */
interface Similarity {
  /**
   * Ranks faces, 0..1: similarity to the examples, lowered by as much as the contrasting ones are nearer. Without
   * contrasting ones, or when they are not nearer, similarity itself.
   */
  readonly score: number;
  /** Mean similarity to the nearest examples, 0..1. */
  readonly similarity: number;
  /** The same to the nearest contrasting ones, `null` when there are none. */
  readonly contrast: number | null;
  /** Id of the example it is most like, and in what. */
  readonly nearest: string;
  readonly why: readonly string[];
}

/** So many nearest examples count; one alone may be a fluke. */
export const NEIGHBOURS = 3;

/** Compares a face with examples. @returns `undefined` when no example has a measured face. */
export function scoreSimilarity(
  face: Float32Array,
  { space, positives, negatives }: SimilarityExamples,
): Similarity | undefined {
  const near = nearest(face, positives);
  const [first] = near;
  if (first === undefined) return undefined;
  const against = nearest(face, negatives);
  const similarity = meanSimilarity(near);
  const contrast = against.length === 0 ? null : meanSimilarity(against);
  return {
    score: contrast === null || contrast <= similarity ? similarity : similarity ** 2 / contrast,
    similarity,
    contrast,
    nearest: first.id,
    why: expressionReasons(compareExpressions(space, face, first.expression)),
  };
}

interface Neighbour {
  readonly id: string;
  readonly expression: Float32Array;
  readonly similarity: number;
}

function nearest(face: Float32Array, examples: readonly EmbeddedExemplar[]): Neighbour[] {
  return examples
    .flatMap(({ exemplar, expression }) =>
      expression === null
        ? []
        : [{ id: exemplar.id, expression, similarity: similarityAt(vectorDistance(face, expression)) }],
    )
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, NEIGHBOURS);
}

function meanSimilarity(neighbours: readonly Neighbour[]): number {
  return neighbours.reduce((sum, { similarity }) => sum + similarity, 0) / neighbours.length;
}
