import { z } from "zod";
import { PixelBox } from "../../domain/geometry.ts";
import { evidenceLines } from "../../pipeline/render-evidence.ts";
import { defineTool, ToolOutput } from "../agent-tool.ts";

/** Lists the faces that the toolboxes found, left to right, with the ledger items that say so. */
export const findFaces = defineTool({
  name: "find_faces",
  schema: z.strictObject({}),
  output: ToolOutput.extend({ faces: z.array(z.strictObject({ faceId: z.string(), box: PixelBox })) }),
  needsVision: false,
  async run(_input, { ledger, image }) {
    const evidence = ledger.items().filter((item) => item.kind === "face" || item.kind === "quality");
    const faces = ledger.faces().map(({ faceId, box }) => ({ faceId, box }));
    const head = `The picture is ${image.widthPx} x ${image.heightPx} px and has ${countOf(faces.length)}.`;
    return { text: `${head}\n${evidenceLines(evidence)}`.trim(), output: { evidence, faces } };
  },
});

function countOf(faces: number): string {
  if (faces === 0) return "no face that a toolbox could find";
  return faces === 1 ? "one face" : `${faces} faces, left to right`;
}
