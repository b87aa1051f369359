import { z } from "zod";
import { ToolInputError } from "../../domain/errors.ts";
import { clipBox, PixelBox } from "../../domain/geometry.ts";
import { evidenceLine } from "../../evidence/render-evidence.ts";
import { defineTool, knownFace, ToolOutput } from "../agent-tool.ts";

/** Puts what the model sees in the scene into the ledger, under its own name, so that claims can cite it. */
export const noteObservation = defineTool({
  name: "note_observation",
  schema: z.strictObject({
    statement: z.string().min(1).max(500).describe("One sentence about what can be seen"),
    region: PixelBox.nullable().describe("Where in the image, in source pixels; null for the whole scene"),
    faceId: z.string().nullable().describe("The face it is about, null when it is about the scene"),
  }),
  output: ToolOutput,
  needsVision: true,
  needsImage: true,
  only: "image",
  async run({ statement, region, faceId }, { ledger, image, observer }) {
    if (faceId !== null) knownFace(ledger, faceId);
    const visible = region === null ? null : clipBox(region, image);
    if (visible === undefined) {
      throw new ToolInputError(`The region lies outside the image, which is ${image.widthPx} x ${image.heightPx} px`);
    }
    const item = ledger.add({
      kind: "observation",
      faceId,
      region: visible,
      statement,
      value: { type: "text", text: statement },
      source: observer,
    });
    return { text: `Noted: ${evidenceLine(item)}`, output: { evidence: [item] } };
  },
});
