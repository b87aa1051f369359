import { z } from "zod";
import { facePartBox } from "../../measuring/face-parts.ts";
import { renderView } from "../../measuring/render-view.ts";
import { defineTool, ToolOutput } from "../agent-tool.ts";

const LONGEST_SIDE_PX = 1024;

/** Shows the image with every face covered, so that the context can be read without the expressions in it. */
export const viewWithoutFaces = defineTool({
  name: "view_without_faces",
  schema: z.strictObject({}),
  output: ToolOutput.extend({ covered: z.number().int().min(0) }),
  needsVision: true,
  needsImage: true,
  only: "image",
  async run(_input, { image, ledger }, signal) {
    const faces = ledger.faces();
    const hidden = faces.map((face) => facePartBox(face, "whole face"));
    const caption = "the whole image with the faces covered";
    const view = await renderView(image, { caption, maxSidePx: LONGEST_SIDE_PX, hidden }, signal);
    const text =
      faces.length === 0
        ? "No face was found, so nothing is covered in the next image."
        : `The next image is the whole one, with ${faces.length === 1 ? "its face" : "its faces"} covered in gray.`;
    return { text, output: { evidence: [], covered: faces.length }, views: [view] };
  },
});
