import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { createMeshToolbox } from "../../../src/adapters/mesh/mesh-toolbox.ts";
import { decodeImage } from "../../../src/measuring/decode-image.ts";
import { describeFerToolbox } from "../../contract/fer-toolbox.ts";
import { gradientImage } from "../../support/images.ts";
import { samplePhoto } from "../../support/photos.ts";

const cacheDir = await mkdtemp(join(tmpdir(), "kuleshov-mesh-contract-"));
afterAll(() => rm(cacheDir, { recursive: true, force: true }));

describeFerToolbox("mesh", async () => ({
  toolbox: await createMeshToolbox({ workers: 1, cacheDir }),
  faces: [await decodeImage(samplePhoto(3)), await decodeImage(samplePhoto(6))],
  noFace: gradientImage(320, 240),
}));
