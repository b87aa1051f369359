import { type ActionUnitMeasurement, NOT_MEASURED, type ToolboxScore } from "../../domain/measurement.ts";
import type { ToolboxDefinition } from "../toolbox-definition.ts";
import { NO_PLACE } from "../toolbox-table/common-columns.ts";
import type { TableColumns } from "../toolbox-table/table-columns.ts";
import type { TableFormat } from "../toolbox-table/table-format.ts";

/** Its columns, with the scale that FaceReader states. Intensities of each emotion: they do not sum to 1. */
const SCORES: Readonly<Record<string, string>> = {
  Neutral: "0..1",
  Happy: "0..1",
  Sad: "0..1",
  Angry: "0..1",
  Surprised: "0..1",
  Scared: "0..1",
  Disgusted: "0..1",
  Contempt: "0..1",
  Valence: "-1..1",
  Arousal: "0..1",
};
const ACTION_UNIT = /^Action Unit 0*(\d+)\b/i;
/** What stands in every cell of a moment in which no face was found or no model could be fitted to it. */
const FAILED = /^(?:FIND|FIT)_FAILED$/i;
const LETTERS = "ABCDE";

/**
 * Text exports of Noldus FaceReader: the detailed log (a column for each emotion, valence, arousal, action units) and the
 * state log (the dominant emotion at each change). Times are `00:00:01.033`. Action units given as letters A to E are
 * intensities of 1 to 5; given as numbers of 0..1 they are on FaceReader's own scale and stay scores. The line
 * `Filename:` before the table names the video or image; a camera has no name with an ending.
 */
const faceReaderTable: TableFormat = {
  name: "facereader",
  title: "FaceReader",
  recognises: (columns) =>
    columns.findLoosely("Video Time") !== undefined &&
    (columns.find("Emotion") !== undefined || columns.findAll(["Neutral", "Happy", "Sad"]) !== undefined),
  reader(columns, { version }) {
    const toolbox = `facereader@${version ?? "unknown"}`;
    const time = columns.findLoosely("Video Time");
    if (time === undefined) throw columns.lacks("FaceReader's column Video Time is missing");
    const analysed = columns.preface.get("Filename") ?? "";
    const image = /\.\w+$/.test(analysed) ? analysed : null;
    const scores = scoreColumns(columns);
    const units = columns.matching(ACTION_UNIT).map(({ column, match }) => ({ column, au: `AU${match[1]}` }));
    const wanted = [time, ...scores.map(({ column }) => column), ...units.map(({ column }) => column)];
    return {
      toolbox,
      supports: {
        actionUnits: units.map(({ au }) => ({ au, scale: "intensity-0-5" as const, sides: false })),
        expressions: [],
      },
      wanted,
      warnings: [NO_PLACE],
      read(cells) {
        const timeSec = secondsOf(cells.text(0));
        if (timeSec === undefined) throw cells.refusal(0, "which is not a time");
        const where = { image, frame: null, timeSec, faceKey: null };
        const texts = wanted.slice(1).map((_, k) => cells.text(k + 1));
        if (texts.some((text) => FAILED.test(text))) return { ...where, face: null };
        const read: ToolboxScore[] = [];
        scores.forEach(({ name, range }, k) => {
          const text = texts[k] ?? "";
          if (range === "label") read.push({ name, value: text, range });
          else pushNumber(read, { name, range, value: cells.number(k + 1) });
        });
        const actionUnits: ActionUnitMeasurement[] = [];
        units.forEach(({ au }, k) => {
          const slot = scores.length + 1 + k;
          const letter = LETTERS.indexOf((cells.text(slot) || "-").toUpperCase());
          if (letter >= 0) actionUnits.push(codedUnit(au, letter + 1, toolbox));
          else if (/^not\s*active$/i.test(cells.text(slot))) actionUnits.push(codedUnit(au, 0, toolbox));
          else pushNumber(read, { name: au, range: "0..1", value: cells.number(slot) });
        });
        return { ...where, face: faceOf(toolbox, actionUnits, read) };
      },
    };
  },
};

function scoreColumns(columns: TableColumns) {
  const numbers = Object.entries(SCORES).flatMap(([name, range]) => {
    const column = columns.find(name);
    return column === undefined ? [] : [{ name: name.toLowerCase(), range, column }];
  });
  const emotion = columns.find("Emotion");
  return emotion === undefined ? numbers : [...numbers, { name: "emotion", range: "label", column: emotion }];
}

function pushNumber(scores: ToolboxScore[], { name, range, value }: { name: string; range: string; value: number }) {
  if (!Number.isNaN(value)) scores.push({ name, value, range });
}

function codedUnit(au: string, value: number, toolbox: string): ActionUnitMeasurement {
  return { au, side: "both", value, scale: "intensity-0-5", estimated: false, weight: null, toolbox };
}

function faceOf(toolbox: string, actionUnits: ActionUnitMeasurement[], scores: ToolboxScore[]) {
  if (actionUnits.length + scores.length === 0) return null;
  const measurement = {
    toolbox,
    ...NOT_MEASURED,
    actionUnits,
    expressions: [],
    scores,
  };
  return { box: null, boxUnit: "pixel" as const, measurement, clippedValues: 0 };
}

/** Seconds of `00:01:02.033`, with a point or a comma; `undefined` for other text. */
function secondsOf(text: string): number | undefined {
  const parts = /^(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)$/.exec(text);
  if (parts === null) return undefined;
  const [, hours = "0", minutes = "0", seconds = "0"] = parts;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(",", "."));
}

/** FaceReader is sold; what it exported as text can be imported. */
export const faceReaderToolbox: ToolboxDefinition = {
  name: "facereader",
  aliases: ["noldus"],
  title: "FaceReader",
  install: ["export the detailed log from FaceReader as text, then: --evidence facereader:log.txt"],
  licence: "Commercial",
  tables: [faceReaderTable],
};
