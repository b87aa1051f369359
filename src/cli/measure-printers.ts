import type { DecodedImage } from "../domain/image.ts";
import type { ActionUnitMeasurement, Face, FaceMeasurement } from "../domain/measurement.ts";
import { presenceOf } from "../domain/presence.ts";
import type { ImageOutcome } from "../measuring/measure-image.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";
import { bar, plain, type TerminalStyle, wrap } from "../render/terminal-style.ts";
import type { MeasureOptions } from "./measure-options.ts";
import { note, outputStyle, print } from "./output.ts";

/** Prints outcomes as they come, and whatever must stand around them. Failures go to standard error as well. */
interface MeasurePrinter {
  add(outcome: ImageOutcome): Promise<void>;
  end(): Promise<void>;
}

/** JSON, CSV, or a view for a person at a terminal. */
export async function choosePrinter(
  options: MeasureOptions,
  { toolboxes, observers }: { readonly toolboxes: readonly FerToolbox[]; readonly observers: readonly SceneObserver[] },
): Promise<MeasurePrinter> {
  if (options.json) return jsonPrinter(options.landmarks === true, observers);
  if (options.csv || options.columns !== undefined) return csvPrinter(options.columns, toolboxes);
  return terminalPrinter();
}

/** One JSON object, written piece by piece so that a large study is never held in memory. */
async function jsonPrinter(landmarks: boolean, observers: readonly SceneObserver[]): Promise<MeasurePrinter> {
  const { toRecord } = await import("../measuring/measurement-json.ts");
  const { sceneOf } = await import("../evidence/fill-ledger.ts");
  const failures: object[] = [];
  let opening = '{"images": [';
  return {
    async add(outcome) {
      const record = toRecord(outcome, { landmarks });
      if ("reason" in record) {
        note(record.reason);
        failures.push(record);
        return;
      }
      const scene =
        observers.length > 0 && "measured" in outcome ? await sceneOf(outcome.measured, observers) : undefined;
      await print(`${opening}${JSON.stringify({ ...record, scene })}`);
      opening = ",\n";
    },
    async end() {
      const start = opening === ",\n" ? "" : opening;
      await print(`${start}], "failures": ${JSON.stringify(failures)}}\n`);
    },
  };
}

async function csvPrinter(columns: string | undefined, toolboxes: readonly FerToolbox[]): Promise<MeasurePrinter> {
  const { faceTable } = await import("../study/face-tables.ts");
  const table = faceTable(columns, toolboxes);
  for (const caveat of table.caveats) note(caveat);
  await print(table.header);
  let order = 0;
  return {
    async add(outcome) {
      if ("reason" in outcome) note(outcome.reason);
      else await print(table.rowsOf(outcome.measured, order++));
    },
    end: () => Promise.resolve(),
  };
}

async function terminalPrinter(): Promise<MeasurePrinter> {
  const style = outputStyle();
  return {
    async add(outcome) {
      if ("reason" in outcome) note(outcome.reason);
      else await print(`${renderMeasurement(outcome.measured.image, outcome.measured.faces, style)}\n`);
    },
    end: () => Promise.resolve(),
  };
}

const INDENT = 16;

/** The measurements of one image as a person reads them in a terminal. */
function renderMeasurement(
  image: Pick<DecodedImage, "path" | "widthPx" | "heightPx">,
  faces: readonly Face[],
  style: TerminalStyle,
): string {
  const found = faces.length === 0 ? "no face found" : faces.length === 1 ? "1 face" : `${faces.length} faces`;
  const head = `${style.bold(plain(image.path))}  ${style.dim(`${image.widthPx} x ${image.heightPx} px · ${found}`)}`;
  return `${[head, ...faces.flatMap((face) => renderFace(face, style))].join("\n")}\n`;
}

function renderFace(face: Face, style: TerminalStyle): string[] {
  const { leftPx, topPx, widthPx, heightPx } = face.box;
  const place = `${Math.round(widthPx)} x ${Math.round(heightPx)} px at ${Math.round(leftPx)},${Math.round(topPx)}`;
  return [
    `  ${style.bold(face.faceId)}  ${style.dim(place)}`,
    ...face.measurements.flatMap((measurement) => renderToolbox(measurement, style)),
  ];
}

function renderToolbox(measurement: FaceMeasurement, style: TerminalStyle): string[] {
  const lines = [entry("toolbox", measurement.toolbox, style)];
  const { headPose, quality } = measurement;
  if (headPose !== null) {
    const angles = [headPose.yawRad, headPose.pitchRad, headPose.rollRad].map((radians) =>
      Math.round((radians * 180) / Math.PI),
    );
    lines.push(entry("head pose", `yaw ${angles[0]}°, pitch ${angles[1]}°, roll ${angles[2]}°`, style));
  }
  for (const { source, distribution } of measurement.expressions) {
    const [top, second] = [...distribution].sort((a, b) => b.probability - a.probability);
    if (top === undefined) continue;
    const next = second === undefined ? "" : style.dim(`  then ${second.label} ${second.probability.toFixed(2)}`);
    lines.push(
      entry(
        "expression",
        `${top.label.padEnd(10)} ${top.probability.toFixed(2)} ${bar(top.probability, 16)}${next} ${style.dim(source)}`,
        style,
      ),
    );
  }
  lines.push(entry("present", describeUnits(measurement.actionUnits, "present"), style));
  lines.push(entry("uncertain", describeUnits(measurement.actionUnits, "uncertain"), style));
  if (quality !== null) {
    lines.push(entry("quality", quality.overall.toFixed(2), style));
    lines.push(...quality.warnings.map((warning) => entry("", style.doubtful(`! ${plain(warning)}`), style)));
  }
  return lines;
}

function describeUnits(units: readonly ActionUnitMeasurement[], presence: "present" | "uncertain"): string {
  const chosen = units.filter((unit) => unit.side === "both" && presenceOf(unit) === presence);
  const strongest = [...chosen].sort((a, b) => b.value - a.value);
  return strongest.map((unit) => `${unit.au} ${unit.value.toFixed(2)}`).join(", ") || "no action unit";
}

function entry(name: string, text: string, style: TerminalStyle): string {
  return `    ${style.dim(name.padEnd(INDENT - 4))}${wrap(text, style.columns - INDENT, " ".repeat(INDENT))}`;
}
