import type { PixelBox } from "../domain/geometry.ts";
import type { Side } from "../domain/measurement.ts";
import type { ReadingRow } from "../domain/reading-rows.ts";
import type { Sent } from "../domain/report.ts";
import type { ClipView } from "./clip-view.ts";

/** A report as a page shows it: words chosen, evidence placed in the image, nothing left to look up. */
export interface ReportView {
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly question: string;
  readonly context: string | null;
  /** Who judged, and whether anything left this machine. */
  readonly judge: string;
  readonly answer: readonly TextPart[];
  readonly faces: readonly FaceView[];
  readonly subjects: readonly SubjectView[];
  readonly scene: SceneView;
  readonly evidence: readonly EvidenceView[];
  /** Of a clip how it goes over time; `null` for an image. */
  readonly clip: ClipView | null;
  readonly grounding: string;
  readonly warnings: readonly string[];
  /** What each server was sent. */
  readonly sent: readonly Sent[];
  /** How long each step took, and what the model's server counted. */
  readonly spent: string;
  readonly trace: readonly TurnView[];
}

/** A piece of text, and the evidence that it cites behind it. */
export interface TextPart {
  readonly text: string;
  readonly ids: readonly string[];
}

/** One face in the image. Layers are SVG in source pixels, empty where they were not measured. */
export interface FaceView {
  readonly faceId: string;
  /** Not for people of a clip who are in other frames of it. */
  readonly isInImage: boolean;
  readonly box: PixelBox;
  readonly colour: string;
  readonly mesh: string;
  readonly gaze: string;
  readonly hidden: readonly { readonly part: string; readonly region: PixelBox }[];
  readonly facts: readonly string[];
  readonly actionUnits: readonly ActionUnitView[];
}

interface SceneView {
  readonly objects: string;
  readonly bodies: string;
  readonly looks: string;
}

/** One action unit of a face: what was measured on each side. */
export interface ActionUnitView {
  readonly au: string;
  readonly name: string;
  readonly sides: readonly SideView[];
}

export interface SideView {
  readonly side: Side;
  /** 0..1 of its scale, for a bar. */
  readonly share: number;
  readonly text: string;
  readonly presence: "present" | "absent" | "uncertain";
  /** How far to trust it, 0..1; `null` when the toolbox does not say. */
  readonly trust: number | null;
  readonly id: string;
}

/** The judgment of a face, or of the scene. */
export interface SubjectView {
  readonly faceId: string | null;
  readonly readings: readonly ReadingView[];
  /** Of a clip, each stretch; of several samples, a panel or a level: the spread, each judge, the labels that hold. Empty for one plain answer. */
  readonly several: readonly ReadingRow[];
  /** What the context changed, in one sentence; `null` when a reading abstained. */
  readonly effect: string | null;
  readonly cues: readonly (ClaimView & { readonly direction: "for" | "against"; readonly label: string })[];
  readonly congruence: ClaimView & { readonly verdict: string; readonly kind: string | null };
  readonly alternatives: readonly { readonly label: string; readonly whatWouldDecide: string }[];
  readonly appraisals: readonly {
    readonly dimension: string;
    readonly value: number;
    readonly ids: readonly string[];
  }[];
}

export interface ReadingView {
  readonly name: "face only" | "context only" | "integrated";
  /** By label; empty when it abstained. */
  readonly shares: Readonly<Record<string, number>>;
  readonly abstention: string | null;
}

export interface ClaimView {
  readonly statement: string;
  readonly ids: readonly string[];
  /** What came of holding it against the measurements; `null` when it was not checked. */
  readonly check: { readonly holds: boolean | null; readonly words: string; readonly reason: string } | null;
}

/** One thing that can be cited, with where it is seen. */
export interface EvidenceView {
  readonly id: string;
  readonly kind: string;
  readonly faceId: string | null;
  readonly statement: string;
  readonly source: string;
  readonly region: PixelBox | null;
  readonly isCited: boolean;
}

export interface TurnView {
  /** Whose conversation begins with it, where there were several; `null` for the others. */
  readonly of: string | null;
  readonly complaint: string | null;
  readonly said: StepView;
  readonly tools: readonly StepView[];
}

export interface StepView {
  readonly name: string;
  readonly input: string | null;
  readonly output: string;
  readonly took: string;
  /** Captions of the images that came back. */
  readonly images: readonly string[];
}
