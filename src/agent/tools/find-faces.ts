import { z } from "zod";
import { PixelBox } from "../../domain/geometry.ts";
import { isOfClip } from "../../domain/timeline.ts";
import { evidenceLines } from "../../evidence/render-evidence.ts";
import { defineTool, ToolOutput } from "../agent-tool.ts";

/**
 * Lists the faces that the toolboxes found, left to right, with the ledger items that say so. Programs also get the
 * question and its labels, which a language model reads in its prompt.
 */
export const findFaces = defineTool({
  name: "find_faces",
  schema: z.strictObject({}),
  output: ToolOutput.extend({
    faces: z.array(z.strictObject({ faceId: z.string(), box: PixelBox })),
    question: z.string().nullable(),
    labels: z.array(z.string()).nullable(),
  }),
  needsVision: false,
  needsImage: true,
  async run(_input, { ledger, image, question, labels }) {
    const evidence = ledger.items().filter((item) => item.kind === "face" || item.kind === "quality");
    const faces = ledger.faces().map(({ faceId, box }) => ({ faceId, box }));
    const what = isOfClip(ledger.items()) ? "clip" : "image";
    const head = `The ${what} is ${image.widthPx} x ${image.heightPx} px and has ${countOf(faces.length)}.`;
    return {
      text: `${head}\n${evidenceLines(evidence)}`.trim(),
      output: { evidence, faces, question, labels: labels === null ? null : [...labels] },
    };
  },
});

function countOf(faces: number): string {
  if (faces === 0) return "no face that a toolbox could find";
  return faces === 1 ? "one face" : `${faces} faces, left to right`;
}
