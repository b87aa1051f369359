import { createMeshToolbox } from "../../../src/adapters/mesh/mesh-toolbox.ts";
import { decodeImage } from "../../../src/measuring/decode-image.ts";
import { describeFerToolbox } from "../../contract/fer-toolbox.ts";
import { gradientImage } from "../../support/images.ts";
import { samplePhoto } from "../../support/photos.ts";

describeFerToolbox("mesh", async () => ({
  toolbox: await createMeshToolbox({ workers: 1 }),
  faces: [await decodeImage(samplePhoto(3)), await decodeImage(samplePhoto(6))],
  noFace: gradientImage(320, 240),
}));
