import { z } from "zod";
import { issueSentences } from "../domain/complaint.ts";
import { ToolInputError } from "../domain/errors.ts";
import { EvidenceItem, type EvidenceSource, type TimeWindow } from "../domain/evidence.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { DecodedImage, ImageView } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import type { PromptReference } from "../domain/report.ts";
import type { PromptLibrary } from "../judging/prompt-library.ts";

/** One measured frame of a clip, and who is in it. */
export interface FrameOfClip {
  readonly timeS: number;
  readonly image: DecodedImage;
  readonly faces: readonly Face[];
}

/** A clip whose frames tools may look at, whether they were chosen to be shown or not. */
export interface ClipAtHand {
  /** When the measured frames are shown, in the order of time. */
  readonly timesS: readonly number[];
  /** The frame at one of these times. @throws {VideoDecodeError} if the clip is no longer what it was. */
  frameAt(timeS: number, signal?: AbortSignal): Promise<FrameOfClip>;
  /** Puts what is seen around the faces of a frame into the ledger. */
  observe(frame: FrameOfClip, ledger: EvidenceLedger, signal?: AbortSignal): Promise<void>;
}

/** What lies before the model while it judges: one image or clip, what was measured on it, and who is looking. */
export interface ToolContext {
  /** The image, or the frame of a clip that tells most. */
  readonly image: DecodedImage;
  /** Left out for an image. */
  readonly clip?: ClipAtHand;
  readonly ledger: EvidenceLedger;
  /** The question as asked, `null` where nobody asked one. */
  readonly question: string | null;
  /** The labels that the question gave to choose from, `null` when it left them open. */
  readonly labels: readonly string[] | null;
  /** The source of whatever is noted here: the model, or a person behind an MCP client. */
  readonly observer: EvidenceSource;
}

/** What every tool gives a program: the ledger items that it showed or made, and its own fields. */
export const ToolOutput = z.looseObject({ evidence: z.array(EvidenceItem) });
export type ToolOutput = z.infer<typeof ToolOutput>;

/** A tool's answer: `text` for the model, `output` for programs, and the images it asked for. */
interface ToolAnswer<Output extends ToolOutput = ToolOutput> {
  readonly text: string;
  readonly output: Output;
  readonly views?: readonly ImageView[];
}

/** Several toolboxes, bodies and looks, objects, or what is said and heard. */
export type ShownByTool = "agreement" | "scene" | "objects" | "words";

/** What is asked about. */
export type InputKind = "image" | "clip";

/** A tool as its file defines it; its description is a file of its own in `prompts/tools/`. */
interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodType<ToolOutput>> {
  /** Snake case, as models and MCP clients call it. */
  readonly name: string;
  /** Arguments. Strict at providers: every field required, `null` where there is nothing to say. */
  readonly schema: Input;
  readonly output: Output;
  /** Whether only a model that sees images can use it. */
  readonly needsVision: boolean;
  /** Whether it works on the image of the session; an MCP client then has to say which image that is. */
  readonly needsImage: boolean;
  /** What alone it works on: tools that look into one image have nothing to look into in a clip. Left out for both. */
  readonly only?: InputKind;
  /** What has to have looked at images for it to have anything to show. */
  readonly shows?: ShownByTool;
  /** @throws {ToolInputError} if an argument names what does not exist; the model reads its message. */
  run(input: z.infer<Input>, toolContext: ToolContext, signal?: AbortSignal): Promise<ToolAnswer<z.infer<Output>>>;
}

/** A tool as LangChain, MCP and tests use it: it checks its own arguments and has its description with it. */
export interface AgentTool {
  readonly name: string;
  readonly description: string;
  readonly reference: PromptReference;
  readonly schema: z.ZodObject;
  readonly output: z.ZodType<ToolOutput>;
  readonly needsVision: boolean;
  readonly needsImage: boolean;
  readonly only?: InputKind;
  readonly shows?: ShownByTool;
  /** @throws {ToolInputError} if the arguments do not fit the schema or name what does not exist. */
  run(input: unknown, toolContext: ToolContext, signal?: AbortSignal): Promise<ToolAnswer>;
}

/** A definition as part of a list of tools with different arguments. */
export type AnyToolDefinition = Omit<AgentTool, "description" | "reference">;

const OF_IMAGES = "This tool looks into images, and this is a clip: moment shows a frame of it";

/** Types a tool's `run` by its schemas and makes it check its own arguments. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodType<ToolOutput>>(
  definition: ToolDefinition<Input, Output>,
): AnyToolDefinition {
  return {
    ...definition,
    async run(input, toolContext, signal) {
      const parsed = definition.schema.safeParse(input);
      if (!parsed.success) {
        throw new ToolInputError(`Bad arguments for ${definition.name}: ${issueSentences(parsed.error).join("; ")}`);
      }
      const { only } = definition;
      if (only !== undefined && only !== (toolContext.clip === undefined ? "image" : "clip")) {
        throw new ToolInputError(only === "clip" ? "This is an image: it has no moments" : OF_IMAGES);
      }
      return definition.run(parsed.data, toolContext, signal);
    },
  };
}

/** Gives tools their descriptions. @throws {ConfigurationError} if a tool has no description file. */
export function describeTools(definitions: readonly AnyToolDefinition[], prompts: PromptLibrary): AgentTool[] {
  return definitions.map((definition) => {
    const { body, reference } = prompts.toolDescription(definition.name);
    return { ...definition, description: body, reference };
  });
}

/** The clip that is asked about. @throws {RangeError} for an image, which no tool of clips is called with. */
export function clipOf({ clip }: ToolContext): ClipAtHand {
  if (clip === undefined) throw new RangeError("There is no clip to look at");
  return clip;
}

/** Arguments of tools that look at a part of a clip. */
export const PartOfClip = z.strictObject({
  fromS: z.number().min(0).describe("From when, in seconds from the start of the clip"),
  toS: z.number().min(0).describe("Until when"),
});

/** The part that is asked for. @throws {ToolInputError} if it ends before it begins. */
export function windowIn({ fromS, toS }: z.infer<typeof PartOfClip>): TimeWindow {
  if (toS >= fromS) return { fromS, toS };
  throw new ToolInputError(`fromS has to come before toS, and ${fromS} does not come before ${toS}`);
}

/** The face with this id. @throws {ToolInputError} that names the faces there are. */
export function knownFace(ledger: EvidenceLedger, faceId: string): Face {
  const face = ledger.face(faceId);
  if (face !== undefined) return face;
  const known = ledger.faces().map((each) => each.faceId);
  const there = known.length === 0 ? "no face was found in this image" : `known faces are ${known.join(", ")}`;
  throw new ToolInputError(`Unknown face ${JSON.stringify(faceId)}: ${there}`);
}
