import type { AnsweredReading } from "../evaluation/answer.ts";
import type { ArmName } from "../evaluation/file/eval-file.ts";

/** What a model made of one sample in each arm; `null` where it failed or abstained. Readings of repeats are averaged. */
export interface ArmReadings {
  readonly cluster: string;
  readonly arms: Readonly<Partial<Record<ArmName, AnsweredReading | null>>>;
  /** Labels of the face and of the scene that it was swapped into; `null` when nothing says. */
  readonly faceLabel: string | null;
  readonly contextLabel: string | null;
  /** By repeats of one question: the variance of the mean reading, summed over labels. Absent of what was asked once. */
  readonly noise?: Readonly<Partial<Record<ArmName, number>>>;
  /** What is read in the scene alone into which this person is set. */
  readonly partnerScene?: Cue;
}

/** What one cue reads as, and the summed variance of that over labels. */
export interface Cue {
  readonly reading: AnsweredReading | null | undefined;
  readonly noise: number;
}
