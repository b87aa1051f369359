import { z } from "zod";
import { ToolInputError } from "../../domain/errors.ts";
import { clipBox, PixelBox } from "../../domain/geometry.ts";
import { boxText } from "../../evidence/render-evidence.ts";
import { FACE_PARTS, type FacePart, facePartBox } from "../../measuring/face-parts.ts";
import { renderView } from "../../measuring/render-view.ts";
import { defineTool, knownFace, type ToolContext, ToolOutput } from "../agent-tool.ts";

const LONGEST_SIDE_PX = 768;
/** Vision models see nothing in a crop of 60 px; enlarging adds no detail but makes it visible. */
const ENLARGED_TO_PX = 448;

/** Shows a part of a face, or any region, at full resolution. Looking makes no evidence. */
export const lookCloser = defineTool({
  name: "look_closer",
  schema: z.strictObject({
    faceId: z.string().nullable().describe("The face whose part is meant; null with a box"),
    region: z
      .union([z.enum(FACE_PARTS), PixelBox])
      .describe("A part of the face, its surroundings, or a box in source pixels"),
  }),
  output: ToolOutput.extend({ region: PixelBox }),
  needsVision: true,
  needsImage: true,
  only: "image",
  async run({ faceId, region }, toolContext, signal) {
    const { box, caption } =
      typeof region === "string" ? partOf(region, faceId, toolContext) : { box: region, caption: "" };
    const { image } = toolContext;
    const visible = clipBox(box, image);
    if (visible === undefined) {
      throw new ToolInputError(`The region lies outside the image, which is ${image.widthPx} x ${image.heightPx} px`);
    }
    const named = caption === "" ? boxText(visible) : caption;
    const options = { caption: named, region: visible, maxSidePx: LONGEST_SIDE_PX, minSidePx: ENLARGED_TO_PX };
    const view = await renderView(image, options, signal);
    const text = `The next image shows ${named}: ${boxText(visible)}.`;
    return { text, output: { evidence: [], region: visible }, views: [view] };
  },
});

function partOf(part: FacePart, faceId: string | null, { ledger }: ToolContext): { box: PixelBox; caption: string } {
  if (faceId === null) throw new ToolInputError(`Whose ${part}? Give a faceId with a part of a face`);
  return { box: facePartBox(knownFace(ledger, faceId), part), caption: `${faceId}, ${part}` };
}
