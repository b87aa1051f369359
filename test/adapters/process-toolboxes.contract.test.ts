import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { libreFaceDefinition } from "../../src/adapters/libreface/libreface-program.ts";
import { openFaceDefinition } from "../../src/adapters/openface/openface-program.ts";
import { openFace3Definition } from "../../src/adapters/openface3/openface3-program.ts";
import { pyFeatDefinition } from "../../src/adapters/pyfeat/pyfeat-program.ts";
import type { ToolboxEnvironment } from "../../src/adapters/toolbox-process/find-program.ts";
import type { ToolboxDefinition } from "../../src/ports/toolbox-definition.ts";
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
  opened((environment) => openFaceDefinition(environment), { PATH: await fakeOpenFace(join(folder, "openface")) }),
);

describeFerToolbox("Py-Feat", async () =>
  opened((environment) => pyFeatDefinition(environment), {
    PATH: await fakePython(join(folder, "pyfeat"), FAKE_PYFEAT),
  }),
);

describeFerToolbox("LibreFace", async () =>
  opened((environment) => libreFaceDefinition(environment), {
    PATH: await fakePython(join(folder, "libreface"), FAKE_LIBREFACE),
  }),
);

describeFerToolbox("OpenFace 3", async () => {
  const PATH = await fakePython(join(folder, "openface3"), FAKE_OPENFACE3);
  for (const name of ["Alignment_RetinaFace.pth", "MTL_backbone.pth"]) await writeFile(join(PATH, name), "weights");
  return opened((environment) => openFace3Definition(environment), { PATH, KULESHOV_OPENFACE3_WEIGHTS: PATH });
});
