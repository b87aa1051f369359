import { BLENDSHAPE_NAMES } from "../../facs/blendshape-map.ts";
import type { ToolboxDefinition } from "../toolbox-definition.ts";
import { imageColumn, missingColumns, NO_PLACE } from "../toolbox-table/common-columns.ts";
import type { TableColumns } from "../toolbox-table/table-columns.ts";
import type { TableFormat } from "../toolbox-table/table-format.ts";
import { BLENDSHAPE_SUPPORT, faceOfBlendshapes, readBlendshapeJson } from "./blendshape-json.ts";

const NAMES: readonly string[] = [...BLENDSHAPE_NAMES.filter((name) => name !== "_neutral"), "tongueOut"];
const FEWEST_NAMES = 20;

/**
 * Tables with a column per blendshape: exports of MediaPipe's face landmarker (`mouthSmileLeft`) and of ARKit apps such
 * as Live Link Face (`MouthSmileLeft`). Coefficients are 0..1.
 */
const blendshapeTable: TableFormat = {
  name: "blendshapes",
  title: "MediaPipe blendshapes",
  recognises: (columns) => coefficientColumns(columns).length >= FEWEST_NAMES,
  reader(columns, { version }) {
    const coefficients = coefficientColumns(columns);
    if (coefficients.length === 0) throw columns.lacks("blendshapes (browInnerUp ... noseSneerRight) are missing");
    const toolbox = `blendshapes@${version ?? "unknown"}`;
    const image = imageColumn(columns);
    const frame = columns.findLoosely("frame");
    const time = timeColumn(columns);
    const extra = [image, frame, time?.column].filter((column) => column !== undefined);
    const slotOf = (column: number | undefined): number => coefficients.length + extra.indexOf(column ?? -1);
    return {
      toolbox,
      supports: BLENDSHAPE_SUPPORT,
      wanted: [...coefficients.map(({ column }) => column), ...extra],
      warnings: [NO_PLACE, ...missingNames(columns)],
      read(cells) {
        const values = new Map<string, number>();
        coefficients.forEach(({ name }, slot) => {
          const value = cells.number(slot);
          if (value < 0 || value > 1) throw cells.refusal(slot, "outside 0 to 1");
          if (!Number.isNaN(value)) values.set(name, value);
        });
        const imageText = image === undefined ? "" : cells.text(slotOf(image));
        const frameNumber = frame === undefined ? Number.NaN : cells.number(slotOf(frame));
        const moment = time === undefined ? Number.NaN : cells.number(slotOf(time.column));
        return {
          image: imageText === "" ? null : imageText,
          frame: Number.isNaN(frameNumber) ? null : frameNumber,
          timeSec: Number.isNaN(moment) ? null : moment * (time?.secondsPerUnit ?? 1),
          faceKey: null,
          face: values.size === 0 ? null : faceOfBlendshapes(values, { toolbox, box: null }),
        };
      },
    };
  },
};

/** MediaPipe's video mode is given and returns milliseconds. */
function timeColumn(columns: TableColumns) {
  for (const name of ["timestamp_ms", "time_ms", "timestamp"]) {
    const column = columns.findLoosely(name);
    if (column !== undefined) return { column, secondsPerUnit: 0.001 };
  }
  return undefined;
}

function coefficientColumns(columns: TableColumns): readonly { readonly name: string; readonly column: number }[] {
  return NAMES.flatMap((name) => {
    const column = columns.findLoosely(name);
    return column === undefined ? [] : [{ name, column }];
  });
}

function missingNames(columns: TableColumns): readonly string[] {
  // ARKit and MediaPipe differ by one name, so that its absence says nothing.
  const missing = NAMES.filter((name) => name !== "tongueOut" && columns.findLoosely(name) === undefined);
  return missing.length === 0 ? [] : [missingColumns(missing)];
}

/** Results of MediaPipe's face landmarker and of ARKit apps can be imported. */
export const blendshapesToolbox: ToolboxDefinition = {
  name: "blendshapes",
  aliases: ["mediapipe"],
  title: "MediaPipe blendshapes",
  install: ["save the results of MediaPipe's Face Landmarker as JSON, then: --evidence blendshapes:results.json"],
  licence: "Apache-2.0",
  tables: [blendshapeTable],
  readJson: readBlendshapeJson,
};
