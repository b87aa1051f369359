import { z } from "zod";
import { secondsText } from "../../domain/timeline.ts";
import { evidenceLines } from "../../evidence/render-evidence.ts";
import { defineTool, ToolOutput } from "../agent-tool.ts";
import { lookAtMoment, viewOfMoment } from "../look-at-moment.ts";

/** Shows one frame of a clip, also one that was not chosen to be shown, with all that is known of that moment. */
export const moment = defineTool({
  name: "moment",
  schema: z.strictObject({
    timeS: z.number().min(0).describe("When, in seconds from the start of the clip"),
    faceId: z.string().nullable().describe("The person to look at closely; null for the whole frame"),
  }),
  output: ToolOutput.extend({ timeS: z.number() }),
  needsVision: false,
  needsImage: true,
  only: "clip",
  async run({ timeS, faceId }, toolContext, signal) {
    const { frame, items, who } = await lookAtMoment(timeS, faceId, toolContext, signal);
    const head = `The measured frame nearest to ${secondsText(timeS)} is that at ${secondsText(frame.timeS)}. ${who}`;
    const views = [await viewOfMoment(frame, faceId, signal)];
    return {
      text: `${head}\n${evidenceLines(items)}`.trim(),
      output: { evidence: [...items], timeS: frame.timeS },
      views,
    };
  },
});
