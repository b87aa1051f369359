import { capitalised } from "../../../domain/capitalised.ts";
import type { EvidenceItem } from "../../../domain/evidence.ts";
import { type HeadPose, STRAIGHT_BELOW_RAD } from "../../../domain/measurement.ts";
import { quantity } from "../evidence-view.ts";
import { type AnswerScene, citing, clause, type JudgedFace, listed } from "./answer-words.ts";
import type { AskedQuestion } from "./asked-question.ts";
import type { HeldSo } from "./pose-questions.ts";

/** How each head is held, or where each looks: yes or no where that was asked, then what was measured. */
export function poseAnswer(asked: AskedPose, scene: AnswerScene): string {
  const { of } = asked;
  const told = scene.faces.map((face) => {
    const items = of === "head" ? headItems(face, scene) : gazeItems(face, scene);
    const what = of === "head" ? "head pose" : "gaze";
    const clauses = items.map(({ id, statement }) => `${clause(statement)}${citing([id])}`);
    const said = clauses.length === 0 ? `no ${what} was measured on ${face.faceId}` : listed(clauses);
    const named = said.startsWith(face.faceId) || clauses.length === 0 ? said : `of ${face.faceId}, ${said}`;
    return { faceId: face.faceId, isSo: isSoOf(asked, face, scene), said: named };
  });
  const head = yesOrNo(told);
  return `${head}${told.map(({ said }, at) => (at === 0 && head === "" ? capitalised(said) : said)).join("; ")}.`;
}

function yesOrNo(told: readonly { readonly faceId: string; readonly isSo: boolean | undefined }[]): string {
  const answers = new Set(told.map(({ isSo }) => isSo));
  if (answers.has(undefined)) return "";
  if (answers.size === 1) return answers.has(true) ? "Yes: " : "No: ";
  return `Yes of ${listed(told.filter(({ isSo }) => isSo).map(({ faceId }) => faceId))}, not of every face: `;
}

type AskedPose = Extract<AskedQuestion, { kind: "pose" }>;

function isSoOf(asked: AskedPose, face: JudgedFace, { view }: AnswerScene): boolean | undefined {
  if (asked.is === null) return undefined;
  const items = view.ofFace(face.faceId);
  if (asked.of === "gaze") {
    const looks = items.filter(isLook);
    const isAtCamera = looks.some(({ value }) => value.type === "finding" && value.name === "looks at camera");
    return looks.length === 0 ? undefined : isAtCamera === (asked.is === "at the camera");
  }
  const [yawRad, pitchRad, rollRad] = ["yawRad", "pitchRad", "rollRad"].map((name) =>
    quantity(items, "head-pose", name),
  );
  if (yawRad === undefined || pitchRad === undefined || rollRad === undefined) return undefined;
  return IS_HELD[asked.is]({ yawRad, pitchRad, rollRad });
}

const isStraight = (...angles: readonly number[]) => angles.every((angle) => Math.abs(angle) < STRAIGHT_BELOW_RAD);

const IS_HELD: Readonly<Record<HeldSo, (pose: HeadPose) => boolean>> = {
  straight: ({ yawRad, pitchRad }) => isStraight(yawRad, pitchRad),
  tilted: ({ rollRad }) => !isStraight(rollRad),
  lowered: ({ pitchRad }) => pitchRad <= -STRAIGHT_BELOW_RAD,
  raised: ({ pitchRad }) => pitchRad >= STRAIGHT_BELOW_RAD,
  turned: ({ yawRad }) => !isStraight(yawRad),
};

function headItems(face: JudgedFace, { view }: AnswerScene): EvidenceItem[] {
  return view.ofFace(face.faceId).filter(({ kind }) => kind === "head-pose");
}

/** What was found of where somebody looks, or else the gaze as it was measured, which is relative to the head. */
function gazeItems(face: JudgedFace, scene: AnswerScene): EvidenceItem[] {
  const items = scene.view.ofFace(face.faceId);
  const looks = items.filter(isLook);
  if (looks.length > 0) return looks;
  const gaze = items.filter(({ kind }) => kind === "gaze");
  return gaze.length === 0 ? [] : [...headItems(face, scene), ...gaze];
}

function isLook({ kind, value }: EvidenceItem): boolean {
  return kind === "relation" && value.type === "finding" && value.name.startsWith("looks ");
}
