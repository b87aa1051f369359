import type { ToolboxDefinition } from "../toolbox-definition.ts";
import type { ColumnLayout } from "../toolbox-table/column-layout.ts";
import { readerOfColumns } from "../toolbox-table/column-layout.ts";
import {
  boxAroundPoints,
  type ExpectedUnits,
  imageColumn,
  missingUnits,
  NO_PLACE,
  numbered,
  unitColumns,
} from "../toolbox-table/common-columns.ts";
import type { TableColumns } from "../toolbox-table/table-columns.ts";
import type { TableFormat, TableSample } from "../toolbox-table/table-format.ts";

const occurrenceColumn = (number: number): string => `Occ_au_${number}`;
const ADULT: ExpectedUnits = { numbers: [1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24], columnName: occurrenceColumn };
const INFANT: ExpectedUnits = { numbers: [1, 2, 3, 4, 6, 9, 12, 20, 28], columnName: occurrenceColumn };
const INTENSITY: ExpectedUnits = { numbers: [6, 10, 12, 14, 17], columnName: (number) => `Int_au_${number}` };
/** Only the infant models measure these, so that they tell whose model wrote the file. */
const INFANT_ONLY = [3, 9, 20, 28] as const;
const LANDMARKS = 468;

/**
 * Tables of PyAFAR: likelihoods of occurrence 0..1 (adult and infant models have different action units) and
 * intensities 0..5 (adults). Source: PyAFAR's page on its output format.
 */
const pyAfarTable: TableFormat = {
  name: "pyafar",
  title: "PyAFAR",
  recognises: (columns) => columns.matching(/^(Occ|Int)_au_\d+$/).length > 0,
  reader(columns, { version, sample }) {
    const infant = INFANT_ONLY.some((number) => columns.find(occurrenceColumn(number)) !== undefined);
    const occurrence = infant ? INFANT : ADULT;
    const actionUnits = [
      ...unitColumns(columns, occurrence, { scale: "probability", estimated: false }),
      ...unitColumns(columns, INTENSITY, { scale: "intensity-0-5", estimated: false }),
    ];
    if (actionUnits.length === 0) throw columns.lacks("PyAFAR's action units (Occ_au_1 ..., Int_au_6 ...) are missing");
    const box = boxAroundPoints(columns, { x: numbered("x_", LANDMARKS), y: numbered("y_", LANDMARKS) });
    const layout: ColumnLayout = {
      toolbox: `pyafar@${version ?? "unknown"}`,
      image: imageColumn(columns),
      frame: columns.findLoosely("Frame"),
      timeSec: undefined,
      faceKey: columns.findLoosely("Person_ID"),
      score: undefined,
      found: undefined,
      actionUnits,
      box: box === undefined ? undefined : { ...box, unit: pointsAreShares(columns, sample) ? "frame" : "pixel" },
      // Its own page asks "in degrees or radians?".
      headPose: undefined,
      gaze: undefined,
      expressions: [],
      scores: [],
      emptyRow: "no-face",
      warnings: [
        ...(infant ? ["It was written by PyAFAR's infant model, whose action units are not the adult model's"] : []),
        ...missingUnits(columns, occurrence),
        ...missingUnits(columns, INTENSITY),
        ...(box === undefined ? [NO_PLACE] : []),
      ],
    };
    return readerOfColumns(layout, sample);
  },
};

/** MediaPipe gives shares of the image, which some exports keep; no face in pixels lies within the first two. */
function pointsAreShares(columns: TableColumns, sample: TableSample): boolean {
  const column = columns.find("x_0");
  const values = column === undefined ? [] : sample.numbers(column);
  return values.length > 0 && values.every((value) => value > -0.5 && value < 2);
}

/** PyAFAR measures videos from its own window; what it wrote can be imported. */
export const pyAfarToolbox: ToolboxDefinition = {
  name: "pyafar",
  title: "PyAFAR",
  install: [
    "download it from https://affectanalysisgroup.github.io/PyAFAR2023, run it on your videos, then: --evidence pyafar:results.csv",
  ],
  licence: "MIT",
  tables: [pyAfarTable],
};
