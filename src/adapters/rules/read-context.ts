import type { EvidenceItem } from "../../domain/evidence.ts";
import type { LabelProbability } from "../../domain/labels.ts";
import { widened } from "../../facs/cue-integration.ts";
import { readSituation, type SituationReading } from "../../situations/read-situation.ts";
import { readUtterance } from "../../situations/read-utterance.ts";
import type { FoundCue } from "../../situations/word-table.ts";
import type { EvidenceView } from "./evidence-view.ts";
import { expectedAtLarge, integrationSettings } from "./integration-settings.ts";
import { findSceneCue, sceneCueTable } from "./scene-cues.ts";

/** A cue of the word table or the scene table, with the item that has it. */
export interface SituatedCue extends FoundCue {
  readonly evidenceId: string;
  readonly kind: EvidenceItem["kind"];
  /** What the item says: of something found, what it is and where. */
  readonly statement: string;
}

/** What the situation reader makes of one text of the evidence. */
export interface ReadText {
  readonly evidenceId: string;
  readonly kind: EvidenceItem["kind"];
  /** How much its kind counts, 0..1. */
  readonly strength: number;
  readonly reading: SituationReading;
}

/** p(e|context) with all that it rests on. */
export interface ContextReading {
  /** `null` when the baseline abstains. */
  readonly distribution: readonly LabelProbability[] | null;
  /** Why it abstains. */
  readonly abstention: string | null;
  /** Texts that tell of a situation. */
  readonly texts: readonly ReadText[];
  readonly cues: readonly SituatedCue[];
  /** Whether there was anything to read at all. */
  readonly given: boolean;
}

/**
 * Reads the situation alone: the situation reader reads given text and observations, the scene table what networks found
 * of objects and postures. What networks found counts as a context on its own only when it moves a label clearly. What a
 * text says of the face is left to the face, so that the readings stay apart.
 */
export function readContext(view: EvidenceView, faceId: string | null): ContextReading {
  const scene = view.sceneFor(faceId);
  const isAlone = view.faceIds.length <= 1;
  const all = scene.flatMap((item) => readText(item, { faceId, isAlone }));
  const texts = togetherOne(all.filter(({ reading }) => reading.distribution !== null));
  const told = strongestOfEach(texts.flatMap(cuesOf));
  const found = strongestOfEach(scene.flatMap((item) => foundCue(item, faceId)));
  // A text that tells of a party is not confirmed by the cake on it.
  const more = found.filter(({ cue }) => !told.some((other) => other.cue.id === cue.id));
  const given = all.length > 0 || found.length > 0;
  if (texts.length > 0 || saysEnough(found)) {
    return { distribution: distributionOf(texts, more), abstention: null, texts, cues: [...told, ...more], given };
  }
  return { distribution: null, abstention: abstentionFor(all, scene), texts, cues: [], given };
}

/** What is said counts together as one text, however many utterances it is. */
function togetherOne(texts: readonly ReadText[]): ReadText[] {
  const said = texts.filter(({ kind }) => kind === "utterance").length;
  return texts.map((text) => (text.kind === "utterance" ? { ...text, strength: text.strength / said } : text));
}

interface Listener {
  readonly faceId: string | null;
  /** Nobody else is seen who could have said it. */
  readonly isAlone: boolean;
}

function readText(item: EvidenceItem, { faceId, isAlone }: Listener): ReadText[] {
  const { id, kind, value, statement } = item;
  // What networks found in the scene has names of its own, which are no words of a text.
  if (["not-measured", "finding", "points"].includes(value.type) || strengthOf(kind) === 0) return [];
  if (value.type === "utterance") {
    const isOwn = faceId === null || value.spokenBy === faceId || (value.spokenBy === null && isAlone);
    const reading = readUtterance(value.text, isOwn ? "speaker" : "another");
    return [{ evidenceId: id, kind, strength: strengthOf(kind), reading }];
  }
  const text = value.type === "text" ? value.text : statement;
  return [{ evidenceId: id, kind, strength: strengthOf(kind), reading: readSituation(text) }];
}

function strengthOf(kind: EvidenceItem["kind"]): number {
  return integrationSettings().kindStrength[kind] ?? 0;
}

function cuesOf({ reading, kind, strength, evidenceId }: ReadText): SituatedCue[] {
  return reading.cues.map((cue) => ({
    ...cue,
    strength: cue.strength * strength,
    evidenceId,
    kind,
    statement: reading.read,
  }));
}

/** What a network found, with the situation that the scene table takes it for. A posture is its own person's only. */
function foundCue(item: EvidenceItem, faceId: string | null): SituatedCue[] {
  const found = findSceneCue(item);
  const kindStrength = strengthOf(item.kind);
  if (found === undefined || kindStrength === 0) return [];
  if (item.kind === "posture" && item.faceId !== faceId) return [];
  return [
    {
      ...found,
      strength: found.strength * kindStrength,
      evidenceId: item.id,
      kind: item.kind,
      statement: item.statement,
    },
  ];
}

function strongestOfEach(cues: readonly SituatedCue[]): SituatedCue[] {
  const best = new Map<string, SituatedCue>();
  for (const found of cues) {
    const earlier = best.get(found.cue.id);
    if (earlier === undefined || earlier.strength < found.strength) best.set(found.cue.id, found);
  }
  return [...best.values()].sort((a, b) => b.strength - a.strength || a.cue.id.localeCompare(b.cue.id));
}

/** Whether what was found moves any label enough to call it a context. */
function saysEnough(cues: readonly SituatedCue[]): boolean {
  return Math.max(...expectedAtLarge().map(({ label }) => factorOf(cues, label))) >= sceneCueTable().saysFrom;
}

function factorOf(cues: readonly SituatedCue[], label: string): number {
  return cues.reduce((factor, { cue, strength }) => factor * (likelihoodOf(cue, label) ?? 1) ** strength, 1);
}

/**
 * What situations lead one to expect at large, times, for each text, its reading over that, and for each finding its
 * likelihood; both to the power of what their kind counts.
 */
function distributionOf(texts: readonly ReadText[], found: readonly SituatedCue[]): LabelProbability[] {
  const prior = expectedAtLarge();
  const masses = prior.map(({ label, probability }) => {
    const told = texts.reduce((factor, { reading, strength }) => {
      return factor * (basicShare(reading, label) / probability) ** strength;
    }, 1);
    return { label, mass: probability * told * factorOf(found, label) };
  });
  const total = masses.reduce((sum, { mass }) => sum + mass, 0);
  const posterior = masses.map(({ label, mass }) => ({ label, probability: mass / total }));
  return widened(posterior, prior, integrationSettings().contextWidens);
}

/** A label's share with what faces show of emotions that have no face of their own, such as guilt. */
function basicShare({ distribution }: SituationReading, label: string): number {
  const shown = integrationSettings().shownAs;
  return (distribution ?? []).reduce((sum, entry) => {
    const share = entry.label === label ? 1 : (shown[entry.label]?.[label] ?? 0);
    return sum + share * entry.probability;
  }, 0);
}

/** The basic label that a text leads one to expect most, `null` when the reader abstains. */
export function expectedLabel(reading: SituationReading): string | null {
  if (reading.distribution === null) return null;
  const shares = expectedAtLarge().map(({ label }) => ({ label, share: basicShare(reading, label) }));
  return shares.reduce((best, next) => (next.share > best.share ? next : best)).label;
}

/** How much more likely a cue makes a label, `undefined` when it says nothing about it. */
function likelihoodOf(cue: FoundCue["cue"], label: string): number | undefined {
  return Object.entries(cue.likelihood).find(([name]) => name === label)?.[1];
}

function abstentionFor(texts: readonly ReadText[], scene: readonly EvidenceItem[]): string {
  const found = scene.some(({ value }) => value.type === "finding");
  if (texts.length === 0 && found) {
    return "No context was given, and what was found in the scene tells too little of one";
  }
  if (texts.length === 0) return "No context was given, and nothing was noted about the scene";
  return texts
    .map(({ evidenceId, reading }) => `The context in ${evidenceId} is not read: ${lower(reading.abstention ?? "")}`)
    .join("; ");
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
