import type { PixelBox } from "../domain/geometry.ts";
import type {
  ActionUnitMeasurement,
  FaceMeasurement,
  Scale,
  Side,
  ToolboxId,
  ToolboxScore,
  ToolboxSupport,
} from "../domain/measurement.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { RecordedFace, RecordedImage } from "./measurement-json.ts";

/** Which image, or which frame of a video, a row is about. */
export type ImagePlace = Pick<RecordedImage, "path" | "frame"> & Partial<Pick<RecordedImage, "widthPx" | "heightPx">>;

/** One column of a measurement table. */
export interface MeasurementColumn {
  readonly name: string;
  /** For the data dictionary: what it is, in which unit or on which scale. */
  readonly description: string;
  /** The cell of one face; `null` stays empty and means "not measured". */
  value(face: RecordedFace, image: ImagePlace): string | number | null;
}

/**
 * The columns of a table with one row per face, for the toolboxes in use. Action units are named `AU01_both`,
 * `AU12_left` and so on, each followed by its weight where the toolbox gives one; expressions `face-api-expression_happiness`: source and label.
 * From the second toolbox on, names begin with the toolbox: `openface_AU12_both`. Scores always do: `facereader_valence`.
 */
export function measurementColumns(
  toolboxes: readonly Pick<FerToolbox, "id" | "supports" | "scores" | "mirrored">[],
): readonly MeasurementColumn[] {
  const measured = [
    ...FACE_COLUMNS,
    ...(toolboxes.some(({ mirrored }) => mirrored) ? [MIRRORED] : []),
    ...toolboxes.flatMap(({ id, supports }, index) => {
      const prefix = index === 0 ? "" : `${id.slice(0, id.indexOf("@"))}_`;
      return [...actionUnitColumns(id, supports, prefix), ...expressionColumns(id, supports)];
    }),
  ];
  const known = new Set(measured.map(({ name }) => name));
  const scored = toolboxes.flatMap(({ id, scores = [] }) => scores.map((score) => scoreColumn(id, score)));
  return [...measured, ...scored.filter(({ name }) => !known.has(name))];
}

function scoreColumn(toolbox: ToolboxId, { name, range }: Pick<ToolboxScore, "name" | "range">): MeasurementColumn {
  return {
    name: `${toolbox.slice(0, toolbox.indexOf("@"))}_${name}`,
    description: `${name} as ${toolbox} gives it, ${range}: a score of its own, no probability`,
    value: ({ measurements }) =>
      measurements.find((one) => one.toolbox === toolbox)?.scores?.find((score) => score.name === name)?.value ?? null,
  };
}

/** One CSV line per face, without header; an image without faces gives none. */
export function csvRows(
  columns: readonly MeasurementColumn[],
  faces: readonly RecordedFace[],
  image: ImagePlace,
): string {
  return csvLines(faces.map((face) => columns.map((column) => roundedCell(column.value(face, image)))));
}

export function csvHeader(columns: readonly Pick<MeasurementColumn, "name">[]): string {
  return csvLines([columns.map(({ name }) => name)]);
}

/** Name and meaning of every column, for a data dictionary. */
export function dictionaryRows(columns: readonly Pick<MeasurementColumn, "name" | "description">[]): string[][] {
  return columns.map(({ name, description }) => [name, description]);
}

/** Six decimals: those of times, and the same text on every machine. Measured numbers were rounded before. */
export function roundedCell(value: string | number | null): string | number | null {
  return typeof value === "number" ? Math.round(value * 1e6) / 1e6 : value;
}

const SCALE_WORDS: Readonly<Record<Scale, string>> = {
  probability: "probability 0..1",
  "intensity-0-5": "intensity 0..5",
  "percent-0-100": "percent 0..100",
  binary: "0 absent or 1 present",
  "log-odds": "log-odds, 0 = as likely as not",
};

const FACE_COLUMNS: readonly MeasurementColumn[] = [
  { name: "path", description: "The image or video, as it was named", value: (_face, image) => image.path },
  {
    name: "frame",
    description:
      "Number of the frame among those measured of a video, from 0; in an import, as the toolbox numbers it; empty for an image",
    value: (_face, { frame }) => frame?.index ?? null,
  },
  {
    name: "timestamp_s",
    description: "When the frame is shown, in seconds from the start of the video; empty for an image",
    value: (_face, { frame }) => frame?.timestampS ?? null,
  },
  { name: "face_id", description: "F1, F2, ... from left to right in each image", value: ({ faceId }) => faceId },
  {
    name: "track_id",
    description: "T1, T2, ...: the same person through the frames of a video; empty for an image",
    value: ({ trackId }) => trackId ?? null,
  },
  boxColumn("box_left_px", "Left edge of the face box in source pixels", "leftPx"),
  boxColumn("box_top_px", "Upper edge of the face box in source pixels", "topPx"),
  boxColumn("box_width_px", "Width of the face box in source pixels", "widthPx"),
  boxColumn("box_height_px", "Height of the face box in source pixels", "heightPx"),
  measuredColumn("score", "Confidence of the face detector, 0..1", ({ score }) => score),
  measuredColumn("quality", "How far the face can be trusted at all, 0..1", ({ quality }) => quality?.overall),
  measuredColumn("face_px", "Size of the face in source pixels", ({ quality }) => quality?.facePx),
  measuredColumn("sharpness", "Variance of the Laplacian; under about 20 is blurred", (m) => m.quality?.sharpness),
  measuredColumn("luminance", "Mean luminance of the face, 0..255", ({ quality }) => quality?.luminance),
  measuredColumn("cut_off", "Share of the face box outside the image, 0..1", ({ quality }) => quality?.cutOff),
  measuredColumn("warnings", "What to beware of, separated by semicolons", (m) => m.quality?.warnings.join("; ")),
  measuredColumn("yaw_rad", "Head turn, positive toward the right edge", ({ headPose }) => headPose?.yawRad),
  measuredColumn("pitch_rad", "Head pitch, positive with the chin raised", ({ headPose }) => headPose?.pitchRad),
  measuredColumn("roll_rad", "Head tilt, positive clockwise as seen", ({ headPose }) => headPose?.rollRad),
  measuredColumn("gaze_yaw_rad", "Gaze relative to the head, positive to the right edge", ({ gaze }) => gaze?.yawRad),
  measuredColumn("gaze_pitch_rad", "Gaze relative to the head, positive upward", ({ gaze }) => gaze?.pitchRad),
  measuredColumn("eye_openness_left", "Subject's left eye: 0 closed, 1 at rest", (m) => m.eyeOpenness?.left),
  measuredColumn("eye_openness_right", "Subject's right eye: 0 closed, 1 at rest", (m) => m.eyeOpenness?.right),
  measuredColumn(
    "neutral_sha256",
    "SHA-256 of the image of this person's resting face that action units were measured against; empty for the average",
    (m) => m.neutral?.sha256,
  ),
];

const MIRRORED: MeasurementColumn = {
  name: "mirrored",
  description:
    "1: the image was declared mirrored; sides and angles are as others see the person, boxes as in the image",
  value: ({ measurements }) => (measurements.some(({ mirrored }) => mirrored) ? 1 : 0),
};

function boxColumn(name: string, description: string, key: keyof PixelBox): MeasurementColumn {
  return { name, description, value: ({ box }) => box?.[key] ?? null };
}

/** A column whose cell comes from the first toolbox that has a value for it. */
function measuredColumn(
  name: string,
  description: string,
  pick: (measurement: Omit<FaceMeasurement, "box">) => string | number | null | undefined,
): MeasurementColumn {
  return {
    name,
    description,
    value: ({ measurements }) => {
      for (const measurement of measurements) {
        const value = pick(measurement);
        if (value !== null && value !== undefined) return value;
      }
      return null;
    },
  };
}

/** Told apart in a column's name where a toolbox measures one action unit on two scales, as OpenFace does. */
const SCALE_SUFFIXES: Readonly<Record<Scale, string>> = {
  probability: "_probability",
  "intensity-0-5": "_intensity",
  "percent-0-100": "_percent",
  binary: "_presence",
  "log-odds": "_logodds",
};

function actionUnitColumns(toolbox: string, supports: ToolboxSupport, prefix: string): MeasurementColumn[] {
  return supports.actionUnits.flatMap(({ au, scale, sides }) => {
    const onTwoScales = supports.actionUnits.some((other) => other.au === au && other.scale !== scale);
    const suffix = onTwoScales ? SCALE_SUFFIXES[scale] : "";
    return (sides ? (["both", "left", "right"] as const) : (["both"] as const)).flatMap((side) => {
      const name = `${prefix}AU${au.slice(2).padStart(2, "0")}_${side}${suffix}`;
      const where = side === "both" ? "whole face" : `subject's ${side} side`;
      const cell = (key: "value" | "weight") => (face: RecordedFace) =>
        actionUnitOf(face, toolbox, { au, side, scale })?.[key] ?? null;
      return [
        { name, description: `${au}, ${where}, ${SCALE_WORDS[scale]}, measured by ${toolbox}`, value: cell("value") },
        { name: `${name}_weight`, description: `How far to trust ${name} here, 0..1`, value: cell("weight") },
      ];
    });
  });
}

function actionUnitOf(
  face: RecordedFace,
  toolbox: string,
  unit: { readonly au: string; readonly side: Side; readonly scale: Scale },
): ActionUnitMeasurement | undefined {
  return face.measurements
    .find((measurement) => measurement.toolbox === toolbox)
    ?.actionUnits.find(({ au, side, scale }) => au === unit.au && side === unit.side && scale === unit.scale);
}

function expressionColumns(toolbox: string, supports: ToolboxSupport): MeasurementColumn[] {
  return (supports.expressionSources ?? [toolbox]).flatMap((source) =>
    supports.expressions.map((label) => ({
      name: `${source.replace(/@.*/, "")}_${label}`,
      description: `Probability of ${label} as ${source} reads the expression, 0..1`,
      value: (face: RecordedFace) => probabilityOf(face, source, label),
    })),
  );
}

function probabilityOf({ measurements }: RecordedFace, source: string, label: string): number | null {
  const reading = measurements.flatMap(({ expressions }) => expressions).find((found) => found.source === source);
  return reading?.distribution.find((entry) => entry.label === label)?.probability ?? null;
}
