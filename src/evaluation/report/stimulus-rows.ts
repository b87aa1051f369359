import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ArtefactScore } from "../../lab/artefact-score.ts";
import { readStimulusNote, type StimulusNote } from "../../lab/stimulus-file.ts";
import { number } from "../../pages/markup.ts";
import type { StimulusRow } from "../../pages/stimulus-rows.tsx";
import { systemPath } from "../../platform/system-path.ts";
import { type AnsweredReading, topLabel } from "../answer.ts";
import type { ArmName, EvalFile } from "../file/eval-file.ts";
import { armOf } from "../runner/plan.ts";
import type { Sample } from "../sample.ts";
import type { ContextEffectsOf } from "./context-section.ts";
import { thumbnail } from "./worst-cases.ts";
import type { ScoredRun } from "./write-report.ts";

/** A page of them is looked at, not searched. */
const MOST_ROWS = 12;

/** The samples whose stimuli the page shows. */
export function shownSamples(samples: readonly Sample[]): readonly Sample[] {
  return samples.filter(({ image }) => image !== null).slice(0, MOST_ROWS);
}

/**
 * The first samples of a run with several arms, as they were shown.
 *
 * @param shown gives an image as a small data address, `null` where there is none.
 */
export async function stimulusRows(
  {
    run: { folder, samples },
    file,
    records,
    contextEffects,
  }: Pick<ScoredRun, "run" | "file" | "records" | "contextEffects">,
  shown: (path: string) => Promise<string | null> = thumbnail,
): Promise<StimulusRow[]> {
  const { arms } = file.matrix;
  if (arms.length < 2) return [];
  const drawn = await drawnStimuli(join(folder, "stimuli"));
  const notShown = new Map(
    records.flatMap(({ cell, sample, notShown }) =>
      notShown === undefined ? [] : [[stimulusKey(sample, armOf(cell)), notShown] as const],
    ),
  );
  return Promise.all(
    shownSamples(samples).map(async ({ id, image, columns: { face } }) => ({
      sample: face === undefined ? id : `${id}: ${face}`,
      effects: contextEffects.map((each) => effectSentence(each, id)),
      arms: await Promise.all(
        arms.map(async (arm) => {
          const stimulus = drawn.get(stimulusKey(id, arm));
          const path = arm === "full" ? image : stimulus?.path;
          const readings = contextEffects.map((each) => readingText(each, id, arm));
          return {
            arm,
            image: path == null ? null : await shown(path),
            readings,
            note:
              notShown.get(stimulusKey(id, arm)) ??
              fillText(stimulus?.artefacts) ??
              toneText(stimulus?.tone) ??
              hidingText(arm, file.stimuli.hide),
          };
        }),
      ),
    })),
  );
}

/** Stimuli by their notes. */
export async function drawnStimuli(folder: string) {
  const names = await readdir(systemPath(folder)).catch(() => []);
  const drawn = new Map<string, StimulusNote & { readonly path: string }>();
  for (const name of names.filter((each) => !each.endsWith(".json"))) {
    const note = await readStimulusNote(join(folder, name));
    if (note === undefined) continue;
    drawn.set(stimulusKey(note.sample, note.arm), { ...note, path: join(folder, name) });
  }
  return drawn;
}

/** How well what was filled in can be told from what is around it; `null` where nothing was filled. */
function fillText(artefacts: ArtefactScore | null | undefined): string | null {
  if (!artefacts) return null;
  const { fill, untouched } = artefacts;
  const [own, usual] = [fill, untouched].map((share) => Math.round(100 * share));
  return `By their texture, places in the fill are told from those around it in ${own} % of pairs, places of the untouched image in ${usual} % (50 % is chance)`;
}

/** How the skin's tone was changed; `null` where it was not. */
function toneText(tone: StimulusNote["tone"] | undefined): string | null {
  if (!tone) return null;
  const [before, after] = [tone.before, tone.after].map(Math.round);
  return `Typology angle of the skin in its light: ${before}° before, ${after}° now (over 41 light, under -30 dark)`;
}

/** What stays in the scene where faces alone are hidden; `null` in other arms, and where nobody is left. */
function hidingText(arm: ArmName, hide: EvalFile["stimuli"]["hide"]): string | null {
  if (arm !== "context-only" || hide === "people") return null;
  return "Every face is hidden and bodies stay: what people do and how they stand counts as context here";
}

export function stimulusKey(sample: string, arm: string): string {
  return `${arm} ${sample}`;
}

function readingText({ readings }: ContextEffectsOf, sample: string, arm: ArmName): string {
  const reading = readings.get(sample)?.[arm];
  const valence = reading?.valence;
  return `${labelText(reading) ?? "no reading"}${valence == null ? "" : `, valence ${number(valence, 2)}`}`;
}

function labelText(reading: AnsweredReading | null | undefined): string | null {
  const top = reading ? topLabel(reading) : null;
  return top === null ? null : `${top.label} ${Math.round(100 * top.probability)} %`;
}

/** What the scene did to the label of one face. */
function effectSentence({ readings }: ContextEffectsOf, sample: string): string {
  const { full, "face-only": alone } = readings.get(sample) ?? {};
  const [whole, face] = [labelText(full), labelText(alone)];
  if (whole === null || face === null) {
    const missing = whole === null ? "whole image" : "face alone";
    return `What the context did cannot be told: there is no reading of the ${missing}.`;
  }
  const isChanged = topLabel(full as AnsweredReading)?.label !== topLabel(alone as AnsweredReading)?.label;
  return `The face alone reads as ${face}, the whole image as ${whole}: the context ${isChanged ? "changed" : "did not change"} the label.`;
}
