import type { EvidenceItem } from "../../domain/evidence.ts";
import type { LabelProbability } from "../../domain/labels.ts";
import { widened } from "../../facs/cue-integration.ts";
import { findActionUnitMentions } from "../../facs/prose/find-mentions.ts";
import { type FoundCue, findContextCues } from "./context-cues.ts";
import type { EvidenceView } from "./evidence-view.ts";
import { integrationSettings, priorDistribution } from "./integration-settings.ts";
import { findSceneCue, sceneCueTable } from "./scene-cues.ts";

/** A situation that the evidence tells of. */
export interface SituatedCue extends FoundCue {
  readonly evidenceId: string;
  readonly kind: EvidenceItem["kind"];
}

/** p(e|context) with all that it rests on. */
export interface ContextReading {
  /** `null` when the baseline abstains. */
  readonly distribution: readonly LabelProbability[] | null;
  /** Why it abstains. */
  readonly abstention: string | null;
  readonly cues: readonly SituatedCue[];
  /** Whether there was anything to read at all. */
  readonly given: boolean;
}

/**
 * Reads the situation alone: each cue that the tables find in given text, observations, objects and postures multiplies
 * the prior by its likelihoods. What networks found counts as a context on its own only when it moves a label clearly. Sentences about the face are left to the face, so that the readings stay apart.
 */
export function readContext(view: EvidenceView, faceId: string | null): ContextReading {
  const scene = view.sceneFor(faceId);
  const sources = scene.flatMap((item) => {
    const text = textOf(item);
    return text === undefined ? [] : [{ item, text }];
  });
  const told = sources.flatMap(({ item, text }) => cuesIn(item, text));
  const found = scene.flatMap((item) => foundCue(item, faceId));
  const cues = strongestOfEach([...told, ...found]);
  const given = sources.length > 0 || found.length > 0;
  if (told.length > 0 || saysEnough(cues)) {
    return { distribution: distributionOf(cues), abstention: null, cues, given };
  }
  const read = sources.map(({ item }) => item);
  return { distribution: null, abstention: abstentionFor(read, scene), cues: [], given };
}

/** What a network found, with the situation that the scene table takes it for. A posture is its own person's only. */
function foundCue(item: EvidenceItem, faceId: string | null): SituatedCue[] {
  const found = findSceneCue(item);
  const kindStrength = integrationSettings().kindStrength[item.kind];
  if (found === undefined || kindStrength === undefined || kindStrength === 0) return [];
  if (item.kind === "posture" && item.faceId !== faceId) return [];
  return [{ ...found, strength: found.strength * kindStrength, evidenceId: item.id, kind: item.kind }];
}

/** Whether what was found moves any label enough to call it a context. */
function saysEnough(cues: readonly SituatedCue[]): boolean {
  const moved = priorDistribution().map(({ label }) => {
    return cues.reduce((factor, { cue, strength }) => factor * (likelihoodOf(cue, label) ?? 1) ** strength, 1);
  });
  return Math.max(...moved) >= sceneCueTable().saysFrom;
}

function textOf(item: EvidenceItem): string | undefined {
  // What networks found in the scene has names of its own, which are no words of a text.
  if (["not-measured", "finding", "points"].includes(item.value.type)) return undefined;
  return item.value.type === "text" ? item.value.text : item.statement;
}

function cuesIn(item: EvidenceItem, text: string): SituatedCue[] {
  const kindStrength = integrationSettings().kindStrength[item.kind] ?? 0;
  if (kindStrength === 0) return [];
  return sentencesOf(text)
    .filter((sentence) => findActionUnitMentions(sentence).length === 0)
    .flatMap(findContextCues)
    .map((found) => ({
      ...found,
      strength: found.strength * kindStrength,
      evidenceId: item.id,
      kind: item.kind,
    }));
}

function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?])\s+/);
}

function strongestOfEach(cues: readonly SituatedCue[]): SituatedCue[] {
  const best = new Map<string, SituatedCue>();
  for (const found of cues) {
    const earlier = best.get(found.cue.id);
    if (earlier === undefined || earlier.strength < found.strength) best.set(found.cue.id, found);
  }
  return [...best.values()].sort((a, b) => b.strength - a.strength || a.cue.id.localeCompare(b.cue.id));
}

function distributionOf(cues: readonly SituatedCue[]): LabelProbability[] {
  const prior = priorDistribution();
  const masses = prior.map(({ label, probability }) =>
    cues.reduce((mass, { cue, strength }) => mass * (likelihoodOf(cue, label) ?? 1) ** strength, probability),
  );
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const posterior = prior.map(({ label }, at) => ({ label, probability: (masses[at] ?? 0) / total }));
  return widened(posterior, prior, integrationSettings().contextWidens);
}

/** How much more likely a situation makes a label, `undefined` when the cue says nothing about it. */
export function likelihoodOf(cue: FoundCue["cue"], label: string): number | undefined {
  return Object.entries(cue.likelihood).find(([name]) => name === label)?.[1];
}

/** The label that a situation speaks for most. */
export function expectedLabel({ cue }: FoundCue): string | undefined {
  return Object.entries(cue.likelihood).sort((a, b) => b[1] - a[1])[0]?.[0];
}

function abstentionFor(items: readonly EvidenceItem[], scene: readonly EvidenceItem[]): string {
  const found = scene.some(({ value }) => value.type === "finding");
  if (items.length === 0 && found)
    return "No context was given, and what was found in the scene tells too little of one";
  if (items.length === 0) return "No context was given, and nothing was noted about the scene";
  const ids = items.map(({ id }) => id).join(", ");
  return `The word table of the rules baseline knows no situation in ${ids}`;
}
