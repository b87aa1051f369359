import type { PromptLibrary } from "../judging/prompt-library.ts";
import {
  type AgentTool,
  type AnyToolDefinition,
  describeTools,
  type InputKind,
  type ShownByTool,
} from "./agent-tool.ts";
import { bodyPosture } from "./tools/body-posture.ts";
import { compareMoments } from "./tools/compare-moments.ts";
import { compareToolboxes } from "./tools/compare-toolboxes.ts";
import { findFaces } from "./tools/find-faces.ts";
import { listEvidence } from "./tools/list-evidence.ts";
import { lookCloser } from "./tools/look-closer.ts";
import { lookUpFacs } from "./tools/look-up-facs.ts";
import { measureFace } from "./tools/measure-face.ts";
import { moment } from "./tools/moment.ts";
import { noteMoment } from "./tools/note-moment.ts";
import { noteObservation } from "./tools/note-observation.ts";
import { objectsInScene } from "./tools/objects-in-scene.ts";
import { searchTranscript } from "./tools/search-transcript.ts";
import { timeline } from "./tools/timeline.ts";
import { viewFaceAlone } from "./tools/view-face-alone.ts";
import { viewWithoutFaces } from "./tools/view-without-faces.ts";
import { whoLooksWhere } from "./tools/who-looks-where.ts";
import { whoSpeaksThen } from "./tools/who-speaks.ts";

/** The tools that need nothing but an image or a clip. */
const TOOLS: readonly AnyToolDefinition[] = [
  findFaces,
  measureFace,
  compareToolboxes,
  objectsInScene,
  bodyPosture,
  whoLooksWhere,
  lookCloser,
  viewFaceAlone,
  viewWithoutFaces,
  lookUpFacs,
  noteObservation,
  timeline,
  moment,
  compareMoments,
  noteMoment,
  whoSpeaksThen,
  searchTranscript,
  listEvidence,
];

/** The one list of tools that the agent loop and the MCP server read. */
export function createTools(prompts: PromptLibrary, more: readonly AnyToolDefinition[] = []): AgentTool[] {
  return describeTools([...TOOLS, ...more], prompts);
}

/** Those of the tools that work on this kind of input. */
export function toolsOn(tools: readonly AgentTool[], kind: InputKind): AgentTool[] {
  return tools.filter(({ only = kind }) => only === kind);
}

/**
 * Those of the tools that have something to show in a run: what nobody looks for is not offered. By the run and not by the
 * image, as what a model is told first stays the same for all.
 */
export function toolsFor(tools: readonly AgentTool[], shown: ReadonlySet<ShownByTool>): AgentTool[] {
  return tools.filter(({ shows }) => shows === undefined || shown.has(shows));
}
