import { z } from "zod";
import { facsAnswerText, lookUpFacs as lookUp } from "../../facs/look-up.ts";
import { defineTool, ToolOutput } from "../agent-tool.ts";

/** Looks up what the Facial Action Coding System and our rules say. Knowledge about faces, not evidence about one. */
export const lookUpFacs = defineTool({
  name: "look_up_facs",
  schema: z.strictObject({
    query: z.string().min(1).max(200).describe("An action unit, a movement, an emotion, or a kind of smile"),
  }),
  output: ToolOutput.extend({ answer: z.string() }),
  needsVision: false,
  needsImage: false,
  async run({ query }) {
    const answer = facsAnswerText(lookUp(query));
    return { text: answer, output: { evidence: [], answer } };
  },
});
