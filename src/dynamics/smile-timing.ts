import type { Episode } from "../domain/episode.ts";

/** One criterion, and which kind of smile it speaks for; `null` where it cannot be told. */
interface TimingSign {
  readonly speaksFor: "spontaneous" | "posed" | null;
  /** What was found, in a few words. */
  readonly what: string;
}

/** How the timing of one smile compares with what was found of groups of smiles. No test of a single smile. */
export interface SmileTiming {
  readonly verdict: "as spontaneous smiles mostly are" | "as posed smiles mostly are" | "mixed" | "cannot be told";
  readonly signs: readonly TimingSign[];
}

/** Smiles of enjoyment mostly last from two thirds of a second to four (Ekman & Friesen 1982; Frank, Ekman & Friesen 1993). */
const SPONTANEOUS_FROM_S = 2 / 3;
const SPONTANEOUS_TO_S = 4;
/** AU6 and AU12 of a smile of enjoyment are highest at the same time (Frank, Ekman & Friesen 1993): within this, or two frames. */
const TOGETHER_S = 0.25;
const FEWEST_SIGNS = 2;

/**
 * The timing of a smile beside what studies of posed and spontaneous smiles found: how long it lasts, whether it has one
 * peak (posed smiles have more breaks: Hess & Kleck 1990), and whether the cheeks rise with it. Speed and symmetry are
 * given with each episode and not judged: findings differ (Schmidt, Ambadar, Cohn & Reed 2006), and no published norm is
 * on the scale of a toolbox.
 *
 * @param smile an episode of AU12. @param cheeks episodes of AU6 of the same person by the same toolbox, on the same scale;
 * `null` where AU6 was not measured. @param intervalS seconds between two frames.
 */
export function smileTiming(smile: Episode, cheeks: readonly Episode[] | null, intervalS: number): SmileTiming {
  const signs = [durationSign(smile, intervalS), peaksSign(smile), cheekSign(smile, cheeks, intervalS)];
  const told = signs.flatMap(({ speaksFor }) => (speaksFor === null ? [] : [speaksFor]));
  if (told.length < FEWEST_SIGNS) return { verdict: "cannot be told", signs };
  const [only, ...others] = new Set(told);
  if (only === undefined || others.length > 0) return { verdict: "mixed", signs };
  return { verdict: `as ${only} smiles mostly are`, signs };
}

function durationSign({ onset, offset }: Episode, intervalS: number): TimingSign {
  if (onset === null || offset === null) return { speaksFor: null, what: "how long it lasts was not seen" };
  const durationS = offset.timeS - onset.timeS;
  const what = `it lasts ${durationS.toFixed(1)} s`;
  // Each end is known to one frame.
  const isNear = (limitS: number) => Math.abs(durationS - limitS) < intervalS;
  if (isNear(SPONTANEOUS_FROM_S) || isNear(SPONTANEOUS_TO_S)) {
    return { speaksFor: null, what: `${what}, which is at the limit as far as the frames tell` };
  }
  const isWithin = durationS > SPONTANEOUS_FROM_S && durationS < SPONTANEOUS_TO_S;
  return { speaksFor: isWithin ? "spontaneous" : "posed", what };
}

function peaksSign({ peaks, onset, offset }: Episode): TimingSign {
  if (peaks > 1) return { speaksFor: "posed", what: `it peaks ${peaks} times` };
  if (onset === null || offset === null) return { speaksFor: null, what: "it peaks once as far as it was seen" };
  return { speaksFor: "spontaneous", what: "it peaks once" };
}

function cheekSign(smile: Episode, cheeks: readonly Episode[] | null, intervalS: number): TimingSign {
  if (cheeks === null) return { speaksFor: null, what: "AU6 was not measured" };
  const begin = smile.onset?.timeS ?? Number.NEGATIVE_INFINITY;
  const end = smile.offset?.timeS ?? Number.POSITIVE_INFINITY;
  const with6 = cheeks.filter(({ apex }) => apex.timeS >= begin && apex.timeS <= end);
  if (with6.length === 0) return { speaksFor: null, what: "AU6 neither rises nor falls with it" };
  if (smile.onset === null) return { speaksFor: null, what: "AU6 is raised in it; when they rise was not seen" };
  const apart = Math.min(...with6.map(({ apex }) => Math.abs(apex.timeS - smile.apex.timeS)));
  const together = apart <= Math.max(TOGETHER_S, 2 * intervalS);
  return {
    speaksFor: together ? "spontaneous" : "posed",
    what: together ? "AU6 is highest together with AU12" : `AU6 is highest ${apart.toFixed(1)} s before or after AU12`,
  };
}
