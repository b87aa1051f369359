import { z } from "zod";
import { atTime } from "../../evidence/clip-evidence.ts";
import { evidenceLine } from "../../evidence/render-evidence.ts";
import { clipOf, defineTool, knownFace, ToolOutput } from "../agent-tool.ts";
import { nearestFrame } from "../look-at-moment.ts";

/** Puts what the model sees in a frame of a clip into the ledger, under its own name and with its time. */
export const noteMoment = defineTool({
  name: "note_moment",
  schema: z.strictObject({
    timeS: z.number().min(0).describe("The time of the frame in which it can be seen, in seconds"),
    statement: z.string().min(1).max(500).describe("One sentence about what can be seen"),
    faceId: z.string().nullable().describe("The person it is about, null when it is about the scene"),
  }),
  output: ToolOutput,
  needsVision: true,
  needsImage: true,
  only: "clip",
  async run({ timeS, statement, faceId }, toolContext) {
    const { ledger, observer } = toolContext;
    if (faceId !== null) knownFace(ledger, faceId);
    const text = { type: "text" as const, text: statement };
    const seen = { kind: "observation" as const, faceId, region: null, statement, value: text, source: observer };
    const item = ledger.add(atTime(seen, nearestFrame(clipOf(toolContext).timesS, timeS)));
    return { text: `Noted: ${evidenceLine(item)}`, output: { evidence: [item] } };
  },
});
