import { InferenceError, KuleshovError } from "../domain/errors.ts";
import type { PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import { type ActionUnitMeasurement, FaceMeasurement, type Scale, ToolboxId } from "../domain/measurement.ts";
import { onScale } from "../domain/scale-range.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";

/** One face as an own toolbox measured it. Whatever is left out was not measured, which is neither zero nor absent. */
export interface DefinedFace extends Partial<Pick<FaceMeasurement, "score" | "headPose" | "gaze" | "eyeOpenness">> {
  /** In source pixels. */
  readonly box: PixelBox;
  /** By action unit, on the scale that the definition names: of the whole face, or of the subject's own sides. */
  readonly actionUnits?: Readonly<Record<string, number | { readonly left: number; readonly right: number }>>;
  /** Probability of each label, summing to 1. */
  readonly expression?: Readonly<Record<string, number>>;
}

/** A toolbox as its author writes it. */
export interface DefinedToolbox {
  /** Name and version, e.g. `smiles@1`. Raise the version whenever the same image would give other numbers. */
  readonly id: ToolboxId;
  /** What it can measure, with the scale of each: `{ AU12: "probability" }`. */
  readonly actionUnits?: Readonly<Record<string, Scale>>;
  /** Labels of its readings of the expression. */
  readonly expressions?: readonly string[];
  /** The networks behind it, for the provenance of reports. */
  readonly networks?: FerToolbox["networks"];
  /** No face found is an empty array. */
  measure(image: DecodedImage, signal?: AbortSignal): readonly DefinedFace[] | Promise<readonly DefinedFace[]>;
  close?(): Promise<void>;
}

/** Rounding may keep probabilities from summing to exactly 1. */
const SUM_TOLERANCE = 0.01;

/**
 * A toolbox of your own, to stand beside the others wherever toolboxes are taken. Every measurement is checked: a number
 * off its scale, or one that the definition does not announce, is an {@link InferenceError} instead of evidence.
 *
 * @example
 * const smiles = defineToolbox({
 *   id: "smiles@1",
 *   actionUnits: { AU12: "probability" },
 *   async measure(image, signal) {
 *     const { box, smile } = await detectSmile(image.rgb, image.widthPx, image.heightPx, signal);
 *     return [{ box, actionUnits: { AU12: smile } }];
 *   },
 * });
 *
 * @throws {TypeError} if the id is not written like `smiles@1`, or it measures nothing.
 */
export function defineToolbox(definition: DefinedToolbox): FerToolbox {
  const { id, actionUnits = {}, expressions = [], networks = [] } = definition;
  if (!ToolboxId.safeParse(id).success) throw new TypeError(`A toolbox id is written like smiles@1, not "${id}"`);
  if (Object.keys(actionUnits).length === 0 && expressions.length === 0) {
    throw new TypeError(`The toolbox "${id}" measures nothing: name its actionUnits or its expressions`);
  }
  return {
    id,
    supports: {
      actionUnits: Object.entries(actionUnits).map(([au, scale]) => ({ au, scale, sides: true })),
      expressions: [...expressions],
    },
    networks,
    async measure(image, signal) {
      signal?.throwIfAborted();
      return (await measured(definition, image, signal)).map((face) => checkedFace(face, definition));
    },
    close: async () => definition.close?.(),
  };
}

/** Whatever goes wrong in foreign code is told as this toolbox's failure, so that other images are still measured. */
async function measured(
  definition: DefinedToolbox,
  image: DecodedImage,
  signal?: AbortSignal,
): Promise<readonly DefinedFace[]> {
  try {
    return await definition.measure(image, signal);
  } catch (error) {
    if (error instanceof KuleshovError || signal?.aborted) throw error;
    throw new InferenceError(`The toolbox "${definition.id}" failed on \`${image.path}\`: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function checkedFace(face: DefinedFace, definition: DefinedToolbox): FaceMeasurement {
  const { id } = definition;
  const { box, score = null, headPose = null, gaze = null, eyeOpenness = null } = face;
  const parsed = FaceMeasurement.safeParse({
    ...{ toolbox: id, box, score, headPose, gaze, eyeOpenness, landmarks: null, quality: null },
    actionUnits: Object.entries(face.actionUnits ?? {}).flatMap(([au, value]) => unitsOf(au, value, definition)),
    expressions: face.expression === undefined ? [] : [readingOf(face.expression, definition)],
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InferenceError(`The toolbox "${id}" gave an impossible face: ${issue?.path.join(".")}: ${issue?.message}`);
}

function unitsOf(
  au: string,
  value: number | { readonly left: number; readonly right: number },
  { id, actionUnits = {} }: DefinedToolbox,
): ActionUnitMeasurement[] {
  const scale = Object.hasOwn(actionUnits, au) ? actionUnits[au] : undefined;
  if (scale === undefined) {
    throw new InferenceError(`The toolbox "${id}" gave ${au}, which its definition does not announce`);
  }
  const sides =
    typeof value === "number"
      ? ([["both", value]] as const)
      : ([
          ["left", value.left],
          ["right", value.right],
        ] as const);
  return sides.map(([side, number]) => {
    const settled = onScale(number, scale);
    if ("refusal" in settled)
      throw new InferenceError(`The toolbox "${id}" gave ${au} = ${number}, ${settled.refusal}`);
    return { au, side, value: settled.value, scale, estimated: false, weight: null, toolbox: id };
  });
}

function readingOf(
  expression: Readonly<Record<string, number>>,
  { id, expressions = [] }: DefinedToolbox,
): FaceMeasurement["expressions"][number] {
  const distribution = Object.entries(expression).map(([label, probability]) => ({ label, probability }));
  const unknown = distribution.find(({ label }) => !expressions.includes(label));
  if (unknown !== undefined) {
    throw new InferenceError(`The toolbox "${id}" gave "${unknown.label}", which its definition does not announce`);
  }
  const sum = distribution.reduce((total, { probability }) => total + probability, 0);
  if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
    throw new InferenceError(`The toolbox "${id}" gave an expression whose probabilities sum to ${sum}, not to 1`);
  }
  return { source: id, distribution };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? error.name) : String(error);
}
