import type { EvidenceLedger } from "../domain/evidence.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import type { Question, ShownExemplar } from "../domain/question.ts";
import type { PromptReference, Provenance, Report, Sent, TraceStep } from "../domain/report.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";
import type { Verdict } from "./judge.ts";

interface ReportContents {
  readonly question: Question;
  readonly image: DecodedImage;
  readonly faces: readonly Face[];
  readonly ledger: EvidenceLedger;
  readonly exemplars: readonly ShownExemplar[];
  readonly judgeRun: Verdict & {
    readonly mode: Provenance["model"]["mode"];
    readonly vision: boolean;
    readonly imageSent: boolean;
    readonly sent: Sent | null;
    readonly trace: readonly TraceStep[];
    readonly tokens: Provenance["tokens"];
    readonly fingerprint: string | null;
    readonly prompts: readonly PromptReference[];
  };
  readonly dependencies: {
    readonly model: JudgeModel;
    readonly toolboxes: readonly FerToolbox[];
    readonly observers: readonly SceneObserver[];
    readonly version: string;
  };
  readonly warnings: readonly string[];
  readonly timingsMs: Provenance["timingsMs"];
}

/** Puts judgment, evidence, grounding and provenance together. */
export function writeReport(contents: ReportContents): Report {
  const { judgeRun, ledger, faces, warnings } = contents;
  return {
    judgment: judgeRun.judgment,
    evidence: [...ledger.items()],
    faces: [...faces],
    grounding: judgeRun.grounding,
    trace: [...judgeRun.trace],
    warnings: [...new Set(warnings)],
    provenance: provenanceOf(contents),
  };
}

function provenanceOf({ question, image, exemplars, judgeRun, dependencies, timingsMs }: ReportContents): Provenance {
  const { id, remote, temperature, seed } = dependencies.model;
  return {
    kuleshovVersion: dependencies.version,
    createdAt: new Date().toISOString(),
    image: { path: image.path, sha256: image.sha256, widthPx: image.widthPx, heightPx: image.heightPx },
    question: question.text,
    context: question.context,
    labels: question.labels === null ? null : [...question.labels],
    model: {
      id,
      fingerprint: judgeRun.fingerprint,
      mode: judgeRun.mode,
      vision: judgeRun.vision,
      remote: remote && judgeRun.imageSent,
      temperature,
      seed,
    },
    prompts: [...judgeRun.prompts],
    toolboxes: dependencies.toolboxes.map((toolbox) => ({ id: toolbox.id, networks: [...toolbox.networks] })),
    observers: dependencies.observers.map((observer) => ({ id: observer.id, networks: [...observer.networks] })),
    exemplars: exemplars.map((exemplar) => exemplar.id),
    timingsMs,
    sent: judgeRun.sent === null ? [] : [judgeRun.sent],
    tokens: { ...judgeRun.tokens },
  };
}
