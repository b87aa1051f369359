import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { libreFaceToolbox } from "../../src/adapters/libreface/libreface-toolbox.ts";
import { openFaceToolbox } from "../../src/adapters/openface/openface-toolbox.ts";
import { openFace3Toolbox } from "../../src/adapters/openface3/openface3-toolbox.ts";
import { pyFeatToolbox } from "../../src/adapters/pyfeat/pyfeat-toolbox.ts";
import type { ToolboxDefinition, ToolboxEnvironment } from "../../src/adapters/toolbox-definition.ts";
import { describeFerToolbox } from "../contract/fer-toolbox.ts";
import {
  FAKE_LIBREFACE,
  FAKE_OPENFACE3,
  FAKE_PYFEAT,
  fakeOpenFace,
  fakePython,
  plainImage,
} from "../support/fake-toolboxes.ts";

const folder = await mkdtemp(join(tmpdir(), "kuleshov-contract-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function opened(kindOf: (environment: ToolboxEnvironment) => ToolboxDefinition, env: NodeJS.ProcessEnv) {
  const found = await kindOf({ env, platform: process.platform }).find?.();
  if (found === undefined || "missing" in found) throw new Error(`not found: ${found?.missing}`);
  return {
    toolbox: found.open(),
    faces: [plainImage(200), plainImage(120)] as const,
    noFace: plainImage(0),
  };
}

describeFerToolbox("OpenFace 2", async () =>
  opened((environment) => openFaceToolbox(environment), { PATH: await fakeOpenFace(join(folder, "openface")) }),
);

describeFerToolbox("Py-Feat", async () =>
  opened((environment) => pyFeatToolbox(environment), {
    PATH: await fakePython(join(folder, "pyfeat"), FAKE_PYFEAT),
  }),
);

describeFerToolbox("LibreFace", async () =>
  opened((environment) => libreFaceToolbox(environment), {
    PATH: await fakePython(join(folder, "libreface"), FAKE_LIBREFACE),
  }),
);

describeFerToolbox("OpenFace 3", async () => {
  const PATH = await fakePython(join(folder, "openface3"), FAKE_OPENFACE3);
  for (const name of ["Alignment_RetinaFace.pth", "MTL_backbone.pth"]) await writeFile(join(PATH, name), "weights");
  return opened((environment) => openFace3Toolbox(environment), { PATH, KULESHOV_OPENFACE3_WEIGHTS: PATH });
});
