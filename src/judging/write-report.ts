import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { DecodedImage, VideoFramePlace } from "../domain/image.ts";
import { type Calibrated, type Calibration, labelSetsOf } from "../domain/label-sets.ts";
import type { Face } from "../domain/measurement.ts";
import type { Question, ShownExemplar } from "../domain/question.ts";
import type { RecordedReplies } from "../domain/recorded-replies.ts";
import type { ClipInReport, Provenance, Report, Sent, TraceStep } from "../domain/report.ts";
import type { JudgeReference, Panel, SelfConsistency } from "../domain/several-judges.ts";
import { expressionCurves } from "../dynamics/expression-curves.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";
import type { Verdict } from "./judge.ts";

interface ReportContents {
  readonly question: Question;
  readonly image: DecodedImage;
  readonly clip: ClipReference | null;
  readonly faces: readonly Face[];
  readonly ledger: EvidenceLedger;
  readonly exemplars: readonly ShownExemplar[];
  readonly consultation: Verdict & {
    readonly by: JudgeReference;
    readonly sent: readonly Sent[];
    readonly trace: readonly TraceStep[];
    readonly tokens: Provenance["tokens"];
    readonly samples?: SelfConsistency;
    readonly panel?: Panel;
  };
  readonly dependencies: {
    readonly toolboxes: readonly FerToolbox[];
    readonly observers: readonly SceneObserver[];
    readonly version: string;
    readonly calibrated?: Calibrated;
  };
  /** What was evaluated in the way that was asked, `undefined` where no level is wanted. */
  readonly calibration: Calibration | undefined;
  readonly replies: RecordedReplies[];
  readonly warnings: readonly string[];
  readonly timingsMs: Provenance["timingsMs"];
}

/** Puts judgment, evidence, grounding and provenance together. */
export function writeReport(contents: ReportContents): Report {
  const { consultation, ledger, faces, warnings, replies } = contents;
  const { samples, panel } = consultation;
  return {
    judgment: consultation.judgment,
    evidence: [...ledger.items()],
    faces: [...faces],
    grounding: consultation.grounding,
    trace: [...consultation.trace],
    warnings: [...new Set(warnings)],
    provenance: provenanceOf(contents),
    ...(samples === undefined ? {} : { samples }),
    ...(panel === undefined ? {} : { panel }),
    ...labelSetsIn(contents),
    ...(contents.clip === null ? {} : { clip: clipIn(contents.clip, contents.image) }),
    ...(replies.length === 0 ? {} : { replies }),
  };
}

/** What a report has to know of a measured clip. */
interface ClipReference {
  readonly fps: number;
  readonly frames: readonly VideoFramePlace[];
  readonly shown: readonly { readonly frame: number; readonly timeS: number; readonly why: string }[];
  readonly people: readonly {
    readonly faceId: string;
    readonly sights: readonly { readonly place: VideoFramePlace; readonly face: Pick<Face, "measurements"> }[];
  }[];
}

function clipIn({ fps, frames, shown, people }: ClipReference, { frame }: DecodedImage): ClipInReport {
  const isThere = ({ sights }: ClipReference["people"][number]) =>
    sights.some(({ place }) => place.index === frame?.index);
  return {
    fps,
    frames: frames.length,
    untilS: frames.at(-1)?.timestampS ?? 0,
    cutsS: frames.flatMap(({ cut, timestampS }) => (cut ? [timestampS] : [])),
    shown: shown.map(({ frame: index, timeS, why }) => ({ frame: index, timeS, why })),
    keyFrame: frame?.index ?? 0,
    inKeyFrame: people.filter(isThere).map(({ faceId }) => faceId),
    expressions: people.flatMap(expressionCurves),
  };
}

function labelSetsIn({ consultation, calibration, dependencies: { calibrated } }: ReportContents): Partial<Report> {
  if (calibration === undefined || calibrated === undefined) return {};
  const { alpha, sha256 } = calibrated;
  const subjects = labelSetsOf(consultation.judgment, calibration, alpha);
  return { labelSets: { level: Number((1 - alpha).toFixed(6)), calibration: sha256, subjects } };
}

function provenanceOf({
  question,
  image,
  exemplars,
  consultation,
  dependencies,
  timingsMs,
}: ReportContents): Provenance {
  return {
    kuleshovVersion: dependencies.version,
    createdAt: new Date().toISOString(),
    image: { path: image.path, sha256: image.sha256, widthPx: image.widthPx, heightPx: image.heightPx },
    question: question.text,
    context: question.context,
    labels: question.labels === null ? null : [...question.labels],
    model: { ...consultation.by },
    prompts: [...consultation.prompts],
    toolboxes: dependencies.toolboxes.map((toolbox) => ({ id: toolbox.id, networks: [...toolbox.networks] })),
    observers: dependencies.observers.map((observer) => ({ id: observer.id, networks: [...observer.networks] })),
    exemplars: exemplars.map((exemplar) => exemplar.id),
    timingsMs,
    sent: [...consultation.sent],
    tokens: { ...consultation.tokens },
  };
}
