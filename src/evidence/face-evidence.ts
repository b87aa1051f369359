import type { EvidenceItem, NewEvidence } from "../domain/evidence.ts";
import { type ExpressionReading, type Face, type FaceMeasurement, STRAIGHT_BELOW_RAD } from "../domain/measurement.ts";
import { isExpressionPool } from "../facs/expression-pool.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { actionUnitEvidence, unmeasuredActionUnits } from "./action-unit-evidence.ts";
import { boxText } from "./render-evidence.ts";

type Value = EvidenceItem["value"];

/** Everything that was measured on one face, and what was not although it could have been. */
export function evidenceOfFace(face: Face, toolboxes: readonly Pick<FerToolbox, "id" | "supports">[]): NewEvidence[] {
  const { faceId, measurements } = face;
  return [
    ...measurements.flatMap((measurement) => evidenceOfMeasurement(faceId, measurement)),
    ...unmeasured(face),
    ...toolboxes.flatMap((toolbox) => leftOut(face, toolbox)),
  ];
}

function evidenceOfMeasurement(faceId: string, measurement: FaceMeasurement): NewEvidence[] {
  const { toolbox, box, score, quality, headPose, gaze, eyeOpenness } = measurement;
  const mirrored = measurement.mirrored === true;
  const item = (kind: EvidenceItem["kind"], statement: string, value: Value): NewEvidence => ({
    kind,
    faceId,
    region: kind === "face" ? box : null,
    statement,
    value,
    source: { type: "toolbox", name: toolbox },
  });
  return [
    item(
      "face",
      `${faceId} is a face at ${boxText(box)}${score === null ? "" : `, score ${decimal(score)}`}`,
      faceValue(score),
    ),
    ...(quality === null ? [] : [item("quality", qualityStatement(quality), qualityValue(quality))]),
    ...(headPose === null ? [] : [item("head-pose", headStatement(headPose, mirrored), radians(headPose))]),
    ...(gaze === null ? [] : [item("gaze", gazeStatement(gaze, mirrored), radians(gaze))]),
    ...(eyeOpenness === null ? [] : [item("eye-openness", eyeStatement(eyeOpenness), ratios(eyeOpenness))]),
    ...actionUnitEvidence(faceId, measurement),
    ...measurement.expressions.map((reading) => expressionItem(faceId, reading, toolbox)),
    ...scoreItems(measurement).map(({ statement, value }) => item("expression", statement, value)),
  ];
}

function faceValue(score: number | null): Value {
  if (score === null) return { type: "text", text: "found, without a score" };
  return { type: "quantity", value: score, unit: "probability" };
}

function qualityStatement({ overall, warnings }: NonNullable<FaceMeasurement["quality"]>): string {
  const beware = warnings.length === 0 ? "nothing speaks against trusting it" : `beware: ${warnings.join("; ")}`;
  return `Quality of the face is ${decimal(overall)} of 1: ${beware}`;
}

function qualityValue(quality: NonNullable<FaceMeasurement["quality"]>): Value {
  const { facePx, sharpness, luminance, cutOff, facePresence, overall } = quality;
  const values = [
    { name: "facePx", value: facePx, unit: "px" },
    { name: "sharpness", value: sharpness, unit: "variance of the Laplacian" },
    { name: "luminance", value: luminance, unit: "0..255" },
    { name: "cutOff", value: cutOff, unit: "share" },
    ...(facePresence === null ? [] : [{ name: "facePresence", value: facePresence, unit: "probability" }]),
    { name: "overall", value: overall, unit: "0..1" },
  ];
  return { type: "quantities", values };
}

const IMAGE_EDGES: [string, string] = ["toward the right edge of the image", "toward the left edge of the image"];
/** In an image that was declared mirrored, its edges are on the other side of what others see. */
const SUBJECTS_SIDES: [string, string] = ["toward the subject's left", "toward the subject's right"];

function headStatement(
  { yawRad, pitchRad, rollRad }: NonNullable<FaceMeasurement["headPose"]>,
  mirrored: boolean,
): string {
  const parts = [
    direction(yawRad, "turned", mirrored ? SUBJECTS_SIDES : IMAGE_EDGES),
    direction(pitchRad, "chin", ["raised", "lowered"]),
    direction(rollRad, "tilted", mirrored ? SUBJECTS_SIDES : ["clockwise as seen", "counter-clockwise as seen"]),
  ].filter((part) => part !== undefined);
  return `The head ${parts.length === 0 ? "faces the camera" : `is ${parts.join(", ")}`}`;
}

function gazeStatement({ yawRad, pitchRad }: NonNullable<FaceMeasurement["gaze"]>, mirrored: boolean): string {
  const parts = [
    direction(yawRad, "turned", mirrored ? SUBJECTS_SIDES : IMAGE_EDGES),
    direction(pitchRad, "turned", ["up", "down"]),
  ].filter((part) => part !== undefined);
  return `The gaze, relative to the head, is ${parts.length === 0 ? "straight ahead" : parts.join(" and ")}`;
}

function direction(angleRad: number, verb: string, [positive, negative]: [string, string]): string | undefined {
  if (Math.abs(angleRad) < STRAIGHT_BELOW_RAD) return undefined;
  return `${verb} ${Math.round((Math.abs(angleRad) * 180) / Math.PI)} degrees ${angleRad > 0 ? positive : negative}`;
}

function eyeStatement({ left, right }: NonNullable<FaceMeasurement["eyeOpenness"]>): string {
  return `Eye openness (0 closed, about 1 at rest, more is widened): left ${decimal(left)}, right ${decimal(right)}`;
}

function radians(angles: Readonly<Record<string, number>>): Value {
  return { type: "quantities", values: Object.entries(angles).map(([name, value]) => ({ name, value, unit: "rad" })) };
}

function ratios(values: Readonly<Record<string, number>>): Value {
  const entries = Object.entries(values).map(([name, value]) => ({ name, value, unit: "of the opening at rest" }));
  return { type: "quantities", values: entries };
}

function expressionItem(faceId: string, { source, distribution }: ExpressionReading, toolbox: string): NewEvidence {
  const sorted = [...distribution].sort((a, b) => b.probability - a.probability);
  const named = sorted.filter(({ probability }, rank) => rank === 0 || probability >= 0.01);
  const parts = named.map(({ label, probability }) => `${label} ${decimal(probability)}`);
  const rest = sorted.slice(named.length).map(({ label }) => label);
  const shown = [...parts, ...(rest.length === 0 ? [] : [`under 0.01: ${rest.join(", ")}`])].join(", ");
  const whose = isExpressionPool(source)
    ? `the networks of ${toolbox} pooled (${source}: made of them, not one more classifier)`
    : `over the labels that ${source} knows`;
  return {
    kind: "expression",
    faceId,
    region: null,
    statement: `Expression of the face alone, ${whose}: ${shown}`,
    value: { type: "distribution", distribution: [...distribution] },
    source: { type: source === toolbox ? "toolbox" : "network", name: source },
  };
}

/** Scores that are no distribution, so that nothing may treat them as one: numbers together, each label for itself. */
function scoreItems({ toolbox, scores = [] }: FaceMeasurement): { statement: string; value: Value }[] {
  const numbers = scores.flatMap(({ name, value, range }) =>
    typeof value === "number" ? [{ name, value, range }] : [],
  );
  const labels = scores.flatMap(({ name, value }) => (typeof value === "string" ? [{ name, value }] : []));
  const shown = numbers.map(({ name, value, range }) => `${name} ${decimal(value)} (${range})`).join(", ");
  const values = numbers.map(({ name, value, range }) => ({ name, value, unit: range }));
  return [
    ...(numbers.length === 0
      ? []
      : [
          {
            statement: `Scores of ${toolbox}, each for itself and no distribution: ${shown}`,
            value: { type: "quantities" as const, values },
          },
        ]),
    ...labels.map(({ name, value }) => ({
      statement: `${toolbox} gives the ${name.replaceAll("_", " ")} as ${value}, without a probability`,
      value: { type: "text" as const, text: value },
    })),
  ];
}

/** What no toolbox measured on this face, one item for each kind. */
function unmeasured({ faceId, measurements }: Face): NewEvidence[] {
  const missing: readonly [EvidenceItem["kind"], string, boolean][] = [
    ["quality", "The quality of the face", measurements.every(({ quality }) => quality === null)],
    ["head-pose", "The pose of the head", measurements.every(({ headPose }) => headPose === null)],
    ["gaze", "The gaze", measurements.every(({ gaze }) => gaze === null)],
    ["eye-openness", "The openness of the eyes", measurements.every(({ eyeOpenness }) => eyeOpenness === null)],
    ["expression", "The expression", measurements.every(({ expressions }) => expressions.length === 0)],
  ];
  const source = { type: "toolbox" as const, name: measurements.map(({ toolbox }) => toolbox).join(", ") };
  return missing
    .filter(([, , isMissing]) => isMissing)
    .map(([kind, what]) => ({
      kind,
      faceId,
      region: null,
      statement: `${what} was not measured`,
      value: { type: "not-measured", reason: "no toolbox in use gives it for this face" },
      source,
    }));
}

/** What one toolbox left out on this face: the face itself, or units that it can measure. */
function leftOut({ faceId, measurements }: Face, { id, supports }: Pick<FerToolbox, "id" | "supports">): NewEvidence[] {
  const source = { type: "toolbox" as const, name: id };
  const measurement = measurements.find(({ toolbox }) => toolbox === id);
  if (measurement === undefined) {
    return [
      {
        kind: "face",
        faceId,
        region: null,
        statement: `${id} says nothing about ${faceId}`,
        value: { type: "not-measured", reason: "this toolbox did not find the face, or has nothing on this image" },
        source,
      },
    ];
  }
  return unmeasuredActionUnits(faceId, measurement, supports);
}

function decimal(value: number): string {
  return value.toFixed(2);
}
