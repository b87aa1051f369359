import { viewOf } from "../adapters/rules/evidence-view.ts";
import { readFace } from "../adapters/rules/read-face.ts";
import { createEvidenceLedger } from "../domain/evidence.ts";
import { evidenceOfFace } from "../evidence/face-evidence.ts";
import type { ValidateDependencies } from "../validate.ts";
import { openStudyTools, type StudyToolOptions } from "./study.ts";

/** Toolboxes, files of others, and the judge that reads a face alone, to validate with. */
export function validationTools(options: Omit<StudyToolOptions, "paths">, signal?: AbortSignal): ValidateDependencies {
  return {
    async open(paths) {
      const { tools, concurrency, close } = await openStudyTools({ ...options, paths }, signal);
      const { toolboxes } = tools;
      return {
        ...{ toolboxes, concurrency, close, measuring: options.toolboxes.length },
        read(face) {
          const ledger = createEvidenceLedger([face]);
          for (const item of evidenceOfFace(face, toolboxes)) ledger.add(item);
          return readFace(viewOf(ledger.items()), face.faceId).distribution;
        },
      };
    },
  };
}
