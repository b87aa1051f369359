import { type NeutralFace, type NeutralTools, readNeutral } from "../measuring/read-neutral.ts";
import type { StudyInput } from "./study-inputs.ts";

/** The resting faces of a study's people, each measured once. */
export interface NeutralFaces {
  /** @throws {NeutralFaceError} for every input that names an image which cannot serve. `null` when it names none. */
  of(input: StudyInput): Promise<NeutralFace | null>;
}

/** People whose images stand together in a list need no more; a face takes some 50 KB. */
const KEPT = 200;

export function createNeutralFaces(tools: NeutralTools): NeutralFaces {
  const known = new Map<string, Promise<NeutralFace>>();
  return {
    async of({ neutralPath }) {
      if (neutralPath === null) return null;
      const neutral = known.get(neutralPath) ?? readNeutral(neutralPath, tools);
      neutral.catch(() => undefined); // whoever awaits it sees the failure
      known.delete(neutralPath);
      known.set(neutralPath, neutral);
      const [oldest] = known.keys();
      if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
      return neutral;
    },
  };
}
