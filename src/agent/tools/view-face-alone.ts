import { z } from "zod";
import { facePartBox } from "../../measuring/face-parts.ts";
import { renderView } from "../../measuring/render-view.ts";
import { defineTool, knownFace, ToolOutput } from "../agent-tool.ts";

const LONGEST_SIDE_PX = 768;
const ENLARGED_TO_PX = 448;

/** Shows one face cut out of its surroundings, so that it can be read without the context. */
export const viewFaceAlone = defineTool({
  name: "view_face_alone",
  schema: z.strictObject({ faceId: z.string().describe("Id of a face, such as F1") }),
  output: ToolOutput,
  needsVision: true,
  needsImage: true,
  only: "image",
  async run({ faceId }, { image, ledger }, signal) {
    const region = facePartBox(knownFace(ledger, faceId), "whole face");
    const caption = `${faceId} alone, without its surroundings`;
    const options = { caption, region, maxSidePx: LONGEST_SIDE_PX, minSidePx: ENLARGED_TO_PX };
    const view = await renderView(image, options, signal);
    return { text: `The next image shows ${caption}.`, output: { evidence: [] }, views: [view] };
  },
});
