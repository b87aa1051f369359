import { viewOf } from "../adapters/rules/evidence-view.ts";
import { readFace } from "../adapters/rules/read-face.ts";
import { ask } from "../ask.ts";
import { type AskDependencies, identityOfAsk } from "../ask-dependencies.ts";
import { createEvidenceLedger } from "../domain/evidence-ledger.ts";
import { BASIC_LABELS } from "../domain/labels.ts";
import { evidenceOfFace } from "../evidence/face-evidence.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { ValidateDependencies } from "../validate.ts";
import type { FaceJudge } from "../validation/measured-face.ts";
import { openDependencies, toolsOf } from "./ask.ts";
import { questionsAtOnce } from "./ask-list.ts";
import { type ModelOptions, refuseOneAddressForTwo } from "./models.ts";
import { openStudyTools, type StudyToolOptions } from "./study.ts";

interface ValidateOptions extends Omit<StudyToolOptions, "paths">, ModelOptions {
  /** Models that read the faces too, beside the rules. */
  readonly models: readonly string[];
  /** Told before an image leaves this machine. */
  readonly notify?: (notice: string) => void;
}

/** Toolboxes, files of others, and judges that read a face alone, to validate with. */
export function validationTools(options: ValidateOptions, signal?: AbortSignal): ValidateDependencies {
  return {
    async open(paths) {
      const { toolboxes: _names, evidence: _files, models, ...asked } = options;
      refuseOneAddressForTwo(models, options.baseUrl);
      const opened: AskDependencies[] = [];
      // Before networks are compiled: a server may not be there, or not be allowed.
      for (const model of models.filter((name) => name !== "rules")) {
        const { dependencies } = await openDependencies({ ...asked, model, toolboxes: [], scene: false }, signal);
        opened.push(dependencies);
      }
      const { tools, concurrency, close } = await openStudyTools({ ...options, paths }, signal);
      const { toolboxes } = tools;
      const judges = [rulesJudge(toolboxes), ...opened.map((one) => modelJudge(one, toolboxes))];
      const atOnce = opened.length === 0 ? concurrency : questionsAtOnce(opened.map(({ model }) => model));
      return { toolboxes, judges, close, concurrency: atOnce, measuring: options.toolboxes.length };
    },
  };
}

function rulesJudge(toolboxes: readonly FerToolbox[]): FaceJudge {
  return {
    source: "rules, face only",
    identity: null,
    async read(_image, faces) {
      const readings = faces.map((face) => {
        const ledger = createEvidenceLedger([face]);
        for (const item of evidenceOfFace(face, toolboxes)) ledger.add(item);
        return [face.faceId, readFace(viewOf(ledger.items()), face.faceId).distribution ?? []] as const;
      });
      return new Map(readings);
    },
  };
}

/** A model as `ask` asks it: about every face, without a context, with the measurements of these toolboxes. */
function modelJudge(opened: AskDependencies, toolboxes: readonly FerToolbox[]): FaceJudge {
  const tools = toolsOf(opened.prompts, { scene: false }, { toolboxes, exemplars: null });
  const dependencies = { ...opened, toolboxes, tools };
  return {
    source: `${opened.model.id}, face only`,
    identity: identityOfAsk(opened),
    async read(image, _faces, signal) {
      const { judgment } = await ask({ image, labels: BASIC_LABELS }, dependencies, signal);
      const readings = judgment.subjects.map(({ faceId, faceOnly: { distribution } }) => {
        return [faceId ?? "", distribution.map(({ label, probability }) => ({ label, probability }))] as const;
      });
      return new Map(readings);
    },
  };
}
