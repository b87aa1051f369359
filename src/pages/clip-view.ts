/** A clip as its timeline shows it: curves, what happens, what is said and what is read, each with its times. */
export interface ClipView {
  /** When the last measured frame is shown. */
  readonly untilS: number;
  /** When another shot begins. */
  readonly cutsS: readonly number[];
  readonly people: readonly PersonView[];
  /** What is about nobody alone: what is said, what is heard, what was noted. */
  readonly lanes: readonly LaneView[];
  /** What people are read as at any time, each in a colour of its own by its place here. */
  readonly readAs: readonly string[];
  /** Frames to look at, evenly over the clip, in the order of time. */
  readonly moments: readonly MomentView[];
}

export interface PersonView {
  readonly name: string;
  readonly seen: readonly SpanView[];
  readonly curves: readonly CurveView[];
  /** Action units without a curve: absent throughout, and never present but uncertain at some time. */
  readonly absent: readonly string[];
  readonly uncertain: readonly string[];
  readonly lanes: readonly LaneView[];
  /** The three readings, each from change to change; empty where nobody judged. */
  readonly readings: readonly LaneView[];
}

/** One curve of a person, from the bottom of its scale to its top. */
export interface CurveView {
  readonly name: string;
  readonly title: string;
  /** Runs without a gap, each of `[seconds, share of the scale]`. */
  readonly runs: readonly (readonly (readonly [number, number])[])[];
  /** Where it counts as present. */
  readonly present: readonly SpanView[];
  readonly episodes: readonly (SpanView & { readonly apexS: number })[];
}

export interface LaneView {
  readonly name: string;
  readonly spans: readonly SpanView[];
}

export interface SpanView {
  readonly fromS: number;
  readonly toS: number;
  readonly text: string;
  /** What is read then, as its place in `readAs`. */
  readonly hue?: number;
}

export interface MomentView {
  readonly timeS: number;
  /** What the frame was chosen for; `null` for one that lies between others. */
  readonly why: string | null;
  /** Whether it is the one that stands for the clip. */
  readonly isKey: boolean;
  /** What was measured, read and said then, one line for each person and each thing said. */
  readonly numbers: readonly string[];
}

/** Where the frame of a moment is, as it is looked at and in the strip. */
export interface FrameOfMoment {
  readonly large: string;
  readonly small: string;
}
