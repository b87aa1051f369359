import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readStimulusNote } from "../../lab/lab-stimuli.ts";
import { type Markup, markup } from "../../pages/markup.ts";
import { topLabel } from "../answer.ts";
import type { ArmName, EvalFile } from "../file/eval-file.ts";
import type { Sample } from "../sample.ts";
import type { ContextEffectsOf } from "./context-section.ts";
import { thumbnail } from "./worst-cases.ts";

/** One sample as each arm showed it, with what was made of it there. */
export interface StimulusRow {
  /** Its id, and whose face was asked about where the lab says so. */
  readonly sample: string;
  readonly arms: readonly {
    readonly arm: ArmName;
    /** Small JPEG as a data address; `null` where the arm could not be made, or was not drawn for answers that were kept. */
    readonly image: string | null;
    /** What each condition made of it, in its order. */
    readonly readings: readonly string[];
  }[];
}

/** A page of them is looked at, not searched. */
const MOST_ROWS = 12;
/** So that what was found is not far down. */
const OPEN_ROWS = 3;

/** The first samples of a run with several arms, as they were shown. */
export async function stimulusRows(
  folder: string,
  {
    file,
    samples,
    contextEffects,
  }: {
    readonly file: EvalFile;
    readonly samples: readonly Sample[];
    readonly contextEffects: readonly ContextEffectsOf[];
  },
): Promise<StimulusRow[]> {
  const { arms } = file.matrix;
  if (arms.length < 2) return [];
  const drawn = await drawnStimuli(join(folder, "stimuli"));
  const shown = samples.filter(({ image }) => image !== null).slice(0, MOST_ROWS);
  return Promise.all(
    shown.map(async ({ id, image, columns: { face } }) => ({
      sample: face === undefined ? id : `${id}: ${face}`,
      arms: await Promise.all(
        arms.map(async (arm) => {
          const path = arm === "full" ? image : drawn.get(keyOf(id, arm));
          const readings = contextEffects.map((each) => readingText(each, id, arm));
          return { arm, image: path == null ? null : await thumbnail(path), readings };
        }),
      ),
    })),
  );
}

/** Stimuli by their notes. */
async function drawnStimuli(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder).catch(() => []);
  const drawn = new Map<string, string>();
  for (const name of names.filter((each) => !each.endsWith(".json"))) {
    const note = await readStimulusNote(join(folder, name));
    if (note !== undefined) drawn.set(keyOf(note.sample, note.arm), join(folder, name));
  }
  return drawn;
}

function keyOf(sample: string, arm: string): string {
  return `${arm} ${sample}`;
}

function readingText({ readings }: ContextEffectsOf, sample: string, arm: ArmName): string {
  const reading = readings.get(sample)?.[arm];
  const top = reading ? topLabel(reading) : null;
  if (top === null) return "no reading";
  const valence = reading?.valence;
  return `${top.label} ${Math.round(100 * top.probability)} %${valence == null ? "" : `, valence ${valence.toFixed(2)}`}`;
}

/** Per sample the row of its stimuli, with the reading under each. */
export function stimulusRowsSection(rows: readonly StimulusRow[], conditions: readonly string[]): Markup {
  const [first, more] = [rows.slice(0, OPEN_ROWS), rows.slice(OPEN_ROWS)];
  return markup`${first.map((row) => rowOf(row, conditions))}${
    more.length === 0
      ? null
      : markup`<details><summary>${more.length} more of the samples</summary>${more.map((row) => rowOf(row, conditions))}</details>`
  }`;
}

function rowOf({ sample, arms }: StimulusRow, conditions: readonly string[]): Markup {
  const whose = (i: number) =>
    conditions.length > 1 ? markup`<span class="soft">${conditions[i] ?? ""}:</span> ` : null;
  return markup`<h3>${sample}</h3><div class="stimuli">${arms.map(
    ({ arm, image, readings }) =>
      markup`<figure>${
        image === null
          ? markup`<div class="undrawn">not drawn</div>`
          : markup`<img alt="${sample}: ${arm}" src="${image}">`
      }<figcaption><strong>${arm.replaceAll("-", " ")}</strong>${readings.map(
        (text, i) => markup`<br>${whose(i)}${text}`,
      )}</figcaption></figure>`,
  )}</div>`;
}
