import type { PixelBox } from "../../domain/geometry.ts";
import type { ToolboxId } from "../../domain/measurement.ts";
import { landmarkColumns } from "./landmarks-68.ts";
import {
  type ColumnOptions,
  createToolboxColumns,
  emptyColumn,
  measuredColumn,
  measurementBy,
  personNumber,
  type RowColumn,
  type ToolboxColumns,
  type ToolboxMeasurement,
} from "./toolbox-columns.ts";

const UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 17, 20, 23, 24, 25, 26, 28, 43] as const;
const EMOTIONS = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"] as const;

const CAVEATS = [
  "AUxx is filled from probabilities, and from 0 or 1; an intensity of 0 to 5 is not a probability, and is left out",
  "Action units that the toolbox does not measure are empty, which is not 0",
  "Emotions are the toolbox's first expression reading; where it knows contempt, which Py-Feat 1 does not, they do not sum to 1",
  "The dialect is that of Py-Feat 2.1.5's Detectorv1: Pitch, Roll and Yaw are radians, up and to the subject's right (read it back as pyfeat@2.1.5:faces.csv); X, Y and Z are empty, and the 512 numbers of an identity are left out",
  "frame is the number of the frame in the whole video at the rate that its header names, from 0, whatever --fps; for images it counts them",
  "Identity tells people of one video apart (Person_0 is T1 of track_id); it is empty for images, whose people are not compared",
] as const;

/**
 * Measurements under the column names of Py-Feat 2.1.5's Detectorv1, in its order and units, as its `read_feat` and
 * scripts for it expect them. Source: feat/detector.py and feat/data.py of py-feat 2.1.5.
 */
export function pyFeatColumns({ toolbox }: ColumnOptions): ToolboxColumns {
  const measured = (
    name: string,
    description: string,
    pick: (measurement: ToolboxMeasurement) => number | null | undefined,
  ): RowColumn => measuredColumn(toolbox, { name, description }, pick);
  const columns: RowColumn[] = [
    boxColumn(toolbox, { name: "FaceRectX", description: "Left edge of the face box in source pixels" }, "leftPx"),
    boxColumn(toolbox, { name: "FaceRectY", description: "Upper edge of the face box in source pixels" }, "topPx"),
    boxColumn(toolbox, { name: "FaceRectWidth", description: "Width of the face box in source pixels" }, "widthPx"),
    boxColumn(toolbox, { name: "FaceRectHeight", description: "Height of the face box in source pixels" }, "heightPx"),
    measured("FaceScore", "Confidence of the face detector, 0..1", ({ score }) => score),
    ...landmarkColumns(toolbox),
    measured("Pitch", "Head pitch in radians, positive with the chin raised", ({ headPose }) => headPose?.pitchRad),
    measured("Roll", "Head tilt in radians, positive to the subject's right", ({ headPose }) =>
      negated(headPose?.rollRad),
    ),
    measured("Yaw", "Head turn in radians, positive to the subject's right", ({ headPose }) =>
      negated(headPose?.yawRad),
    ),
    ...["X", "Y", "Z"].map((name) => emptyColumn(name, "distances are not measured")),
    ...UNITS.map((number) => unitColumn(toolbox, number)),
    ...EMOTIONS.map((label) => measured(label, `Probability of ${label}, 0..1`, (m) => probabilityOf(m, label))),
    measured("gaze_pitch", "Gaze relative to the head in radians, positive upward", ({ gaze }) => gaze?.pitchRad),
    measured("gaze_yaw", "Gaze relative to the head in radians, positive to the subject's right", ({ gaze }) =>
      negated(gaze?.yawRad),
    ),
    measured("gaze_angle", "Angle between gaze and head in radians", ({ gaze }) =>
      gaze === null ? null : Math.acos(Math.cos(gaze.pitchRad) * Math.cos(gaze.yawRad)),
    ),
    { name: "FrameHeight", description: "Height of the image in pixels", cell: ({ image }) => image.heightPx ?? null },
    { name: "FrameWidth", description: "Width of the image in pixels", cell: ({ image }) => image.widthPx ?? null },
    { name: "input", description: "The image, as it was named", cell: ({ image }) => image.path },
    {
      name: "frame",
      description: "Number of the image, or of the frame in its video, from 0",
      cell: ({ frame }) => frame,
    },
    {
      name: "approx_time",
      description: "Minutes and whole seconds from the start of the video, as 01:23; empty for an image",
      cell: ({ image }) => minutesAndSeconds(image.frame?.timestampS ?? null),
    },
    {
      name: "Identity",
      description: "Person_0, Person_1, ...: the same person through the frames of a video; empty for an image",
      cell({ face }) {
        const number = personNumber(face);
        return number === null ? null : `Person_${number}`;
      },
    },
  ];
  return createToolboxColumns(columns, { caveats: CAVEATS, firstFrame: 0 });
}

/** Whole seconds, cut and not rounded, as Py-Feat writes them. */
function minutesAndSeconds(timestampS: number | null): string | null {
  if (timestampS === null) return null;
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(timestampS / 60))}:${two(Math.floor(timestampS % 60))}`;
}

/** Where the face is, if the toolbox saw it at all. */
function boxColumn(
  toolbox: ToolboxId,
  column: { readonly name: string; readonly description: string },
  key: keyof PixelBox,
): RowColumn {
  const cell: RowColumn["cell"] = ({ face }) =>
    measurementBy(toolbox, face) === undefined ? null : (face?.box?.[key] ?? null);
  return { ...column, cell };
}

function negated(value: number | undefined): number | null {
  return value === undefined ? null : 0 - value;
}

function unitColumn(toolbox: ToolboxId, number: number): RowColumn {
  const name = `AU${String(number).padStart(2, "0")}`;
  const description = `AU${number}, probability 0..1; empty unless it was measured as one`;
  return measuredColumn(toolbox, { name, description }, ({ actionUnits }) => {
    const units = actionUnits.filter(({ au, side }) => au === `AU${number}` && side === "both");
    return (units.find(({ scale }) => scale === "probability") ?? units.find(({ scale }) => scale === "binary"))?.value;
  });
}

function probabilityOf({ expressions }: ToolboxMeasurement, label: string): number | undefined {
  return expressions[0]?.distribution.find((entry) => entry.label === label)?.probability;
}
