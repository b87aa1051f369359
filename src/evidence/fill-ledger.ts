import type { EvidenceItem, NewEvidence } from "../domain/evidence.ts";
import { createEvidenceLedger, type EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import { isOfClip } from "../domain/timeline.ts";
import type { ClipDynamics } from "../dynamics/clip-dynamics.ts";
import { actionUnits } from "../facs/action-units.ts";
import { quoted } from "../judging/prompt-library.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";
import { atTime, clipEvidence, type PersonInClip, personEvidence } from "./clip-evidence.ts";
import { consensusEvidence } from "./consensus.ts";
import { evidenceOfFace } from "./face-evidence.ts";
import { facsEvidence } from "./facs-evidence.ts";
import { type SaidWords, utteranceEvidence } from "./utterance-evidence.ts";
import { type ClipSound, voiceEvidence } from "./voice-evidence.ts";
import { contradictions } from "./words-and-face.ts";

/** What is known before the model is asked. */
interface LedgerContents {
  readonly faces: readonly Face[];
  readonly toolboxes: readonly Pick<FerToolbox, "id" | "supports">[];
  /** Context that the user gave in words. */
  readonly context: string | null;
  /** Of a clip: who is in it, frame by frame, and what happens to them; `faces` are then one for each person. */
  readonly clip?: { readonly people: readonly PersonInClip[]; readonly dynamics: ClipDynamics } | null;
  /** What is said, where somebody gave it. */
  readonly said?: SaidWords | null;
  /** What is heard in the clip; `null` where nobody listened. */
  readonly sound?: ClipSound | null;
}

/**
 * Turns measurements and given text into ledger items, and what is absent too: no face found, not measured here, not
 * supported by any toolbox in use, no context given. First what concerns all, then face by face from left to right.
 */
export function fillLedger(contents: LedgerContents): EvidenceLedger {
  const { faces, toolboxes, context, clip = null, said = null, sound = null } = contents;
  const ledger = createEvidenceLedger(faces);
  const add = (item: NewEvidence) => ledger.add(item);
  add(contextItem(context));
  if (said !== null) utteranceEvidence(said, { faces, people: clip?.people ?? [], context }).forEach(add);
  if (toolboxes.length > 0) notSupported(toolboxes).forEach(add);
  if (faces.length === 0) add(noFace(toolboxes, clip === null ? "image" : "clip"));
  if (clip !== null) {
    clipEvidence(clip, namesOf(toolboxes)).forEach(add);
    for (const person of clip.people) personEvidence(person, clip).forEach(add);
  }
  if (sound !== null)
    voiceEvidence(sound, { people: clip?.people ?? [], said: ledger.ofKind("utterance") }).forEach(add);
  for (const face of clip === null ? faces : []) {
    evidenceOfFace(face, toolboxes).forEach(add);
    consensusEvidence(face).forEach(add);
    facsEvidence(face).forEach(add);
  }
  contradictions(ledger).forEach(add);
  return ledger;
}

function contextItem(context: string | null): NewEvidence {
  const place = { kind: "context-text", faceId: null, region: null, source: { type: "user", name: "user" } } as const;
  if (context === null) {
    return {
      ...place,
      statement: "No context was given in words",
      value: { type: "not-measured", reason: "the user gave no context" },
    };
  }
  return { ...place, statement: `The user states: ${quoted(context)}`, value: { type: "text", text: context } };
}

/** Units of the face that FACS knows and none of these toolboxes measures. Head and neck movements are pose, not AUs. */
function notSupported(toolboxes: LedgerContents["toolboxes"]): NewEvidence[] {
  const supported = new Set(toolboxes.flatMap(({ supports }) => supports.actionUnits.map(({ au }) => au)));
  const missing = actionUnits()
    .filter(({ au, region }) => region !== "head" && region !== "neck" && !supported.has(au))
    .map(({ au }) => au);
  if (missing.length === 0) return [];
  return [
    {
      kind: "not-supported",
      faceId: null,
      region: null,
      statement: `Not supported by any toolbox in use, so neither present nor absent: ${missing.join(", ")}`,
      value: { type: "not-supported", actionUnits: missing },
      source: namesOf(toolboxes),
    },
  ];
}

function noFace(toolboxes: LedgerContents["toolboxes"], where: "image" | "clip"): NewEvidence {
  const reason = toolboxes.length === 0 ? "no toolbox is in use" : "no face was found";
  const statement = toolboxes.length === 0 ? "Faces were not looked for" : `No face was found in the ${where}`;
  return {
    kind: "face",
    faceId: null,
    region: null,
    statement,
    value: { type: "not-measured", reason },
    source: namesOf(toolboxes),
  };
}

function namesOf(toolboxes: LedgerContents["toolboxes"]): EvidenceItem["source"] {
  return { type: "toolbox", name: toolboxes.length === 0 ? "none" : toolboxes.map(({ id }) => id).join(", ") };
}

/** Puts what every observer finds in the scene into the ledger, in the order of the observers. Of a frame, with its time. */
export async function observeScene(
  scene: { readonly image: DecodedImage; readonly faces: readonly Face[]; readonly ledger: EvidenceLedger },
  observers: readonly SceneObserver[],
  signal?: AbortSignal,
): Promise<void> {
  const timeS = isOfClip(scene.ledger.items()) ? scene.image.frame?.timestampS : undefined;
  for (const item of await sceneOf(scene, observers, signal)) {
    scene.ledger.add(timeS === undefined ? item : atTime(item, timeS));
  }
}

/** What every observer finds, in the order of the observers. */
export async function sceneOf(
  scene: { readonly image: DecodedImage; readonly faces: readonly Face[] },
  observers: readonly SceneObserver[],
  signal?: AbortSignal,
): Promise<readonly NewEvidence[]> {
  const found = await Promise.all(observers.map((observer) => observer.observe(scene, signal)));
  return found.flat();
}
