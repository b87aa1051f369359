import type { StudyFace } from "../../src/domain/discovery.ts";
import { createExpressionSpace, type ExpressionSpace } from "../../src/domain/expression-space.ts";
import { BASIC_LABELS, type BasicLabel } from "../../src/domain/labels.ts";
import type { Random } from "../../src/domain/statistics/random.ts";
import { face } from "./builders.ts";

const AUS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 18, 20, 22, 23, 24, 25, 26, 27, 28, 43].map((n) => `AU${n}`);
const SOURCE = "face-api-expression@1.7.15";

/** A space as large as the mesh toolbox's. */
export const studySpace: ExpressionSpace = createExpressionSpace(
  "mesh@5",
  { actionUnits: AUS.map((au) => ({ au, scale: "probability", sides: ["AU12", "AU14"].includes(au) })) },
  [SOURCE],
);

/** What a group of made faces has in common. */
export interface FaceRecipe {
  readonly shows: Readonly<Record<string, number>>;
  readonly label: BasicLabel;
  /** How sure the expression network is of that label, on average. */
  readonly sureness?: number;
}

/** Standard deviation of an action unit among faces that a person would call the same, as on real photos of one label. */
const SPREAD = 0.14;

/** A made face: every action unit at rest or as the recipe says, with noise, and a distribution led by its label. */
export function madeFace(id: string, { shows, label, sureness = 0.8 }: FaceRecipe, random: Random): StudyFace {
  const noisy = (centre: number) => Math.min(1, Math.max(0, centre + SPREAD * random.normal()));
  const values = Object.fromEntries(AUS.map((au) => [au, noisy(shows[au] ?? 0.12)]));
  for (const au of ["AU12", "AU14"]) {
    for (const side of ["left", "right"])
      values[`${au}:${side}`] = Math.min(1, Math.max(0, (values[au] as number) + 0.04 * random.normal()));
  }
  const top = Math.min(0.97, Math.max(0.3, sureness + 0.12 * random.normal()));
  const others = BASIC_LABELS.filter((one) => one !== label);
  const shares = others.map(() => random.real() + 0.05);
  const sum = shares.reduce((total, share) => total + share, 0);
  const distribution = [
    { label, probability: top },
    ...others.map((one, index) => ({ label: one, probability: ((1 - top) * (shares[index] as number)) / sum })),
  ];
  const measured = face(values).measurements[0];
  if (measured === undefined) throw new Error("a face has a measurement");
  const measurement = { ...measured, expressions: [{ source: SOURCE, distribution }] };
  return {
    id,
    path: `${id}.jpg`,
    sha256: id,
    faceId: "F1",
    box: measured.box,
    measurement,
    known: distribution,
    description: null,
  };
}

/** Faces at rest and of four known expressions, as a study of photographs has them. */
export const KNOWN_RECIPES: readonly FaceRecipe[] = [
  { shows: {}, label: "neutral" },
  { shows: {}, label: "neutral" },
  { shows: { AU6: 0.75, AU12: 0.9, AU25: 0.7 }, label: "happiness", sureness: 0.93 },
  { shows: { AU4: 0.8, AU7: 0.7, AU23: 0.6 }, label: "anger" },
  { shows: { AU1: 0.8, AU2: 0.8, AU5: 0.7, AU25: 0.7, AU26: 0.7 }, label: "surprise", sureness: 0.9 },
];

export const PLANTED: FaceRecipe = { shows: { AU12: 0.75, AU14: 0.8 }, label: "neutral", sureness: 0.55 };

/** So many faces of each recipe in turn. */
export function madeStudy(recipes: readonly (readonly [FaceRecipe, number])[], random: Random): StudyFace[] {
  return recipes.flatMap(([recipe, count], kind) =>
    Array.from({ length: count }, (_, n) => madeFace(`k${kind}-${n}`, recipe, random)),
  );
}
