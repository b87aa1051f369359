import type { ImageOutcome } from "../measuring/measure-images.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";
import type { MeasureOptions } from "./measure.ts";
import { note, outputStyle, print } from "./output.ts";

/** Prints outcomes as they come, and whatever must stand around them. Failures go to standard error as well. */
export interface MeasurePrinter {
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
  const { sceneOf } = await import("../evidence/observe-scene.ts");
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
  const { renderMeasurement } = await import("../render/terminal-measurement.ts");
  const style = outputStyle();
  return {
    async add(outcome) {
      if ("reason" in outcome) note(outcome.reason);
      else await print(`${renderMeasurement(outcome.measured.image, outcome.measured.faces, style)}\n`);
    },
    end: () => Promise.resolve(),
  };
}
