import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../platform/cache-folder.ts";
import type { ToolboxDefinition, ToolboxEnvironment } from "../toolbox-definition.ts";
import { createProcessToolbox, type ProgramLimits } from "../toolbox-process/process-toolbox.ts";
import { findPython } from "../toolbox-python/find-python.ts";
import { pythonProgram } from "../toolbox-python/python-program.ts";
import { OPENFACE3_SUPPORT, openFace3Table } from "./openface3-table.ts";

const SETTING = "KULESHOV_OPENFACE3";
const WEIGHTS = "KULESHOV_OPENFACE3_WEIGHTS";
const WEIGHT_FILES = ["Alignment_RetinaFace.pth", "MTL_backbone.pth"] as const;

/** OpenFace 3, run in the Python that has it. Its weights are fetched by a command of its own. */
export function openFace3Toolbox(environment: ToolboxEnvironment, limits: ProgramLimits = {}): ToolboxDefinition {
  const { env, platform } = environment;
  const weights = env[WEIGHTS] || join(cacheFolder(env, platform), "openface3");
  const download = `openface download --output ${weights}`;
  return {
    name: "openface3",
    title: "OpenFace 3",
    install: [
      "python3 -m venv ~/openface3 && ~/openface3/bin/pip install openface-test",
      `~/openface3/bin/${download}    (or name a folder with them in ${WEIGHTS})`,
      `export ${SETTING}=~/openface3`,
    ],
    licence: "Academic or non-profit, non-commercial research only, as OpenFace 2",
    tables: [openFace3Table],
    async find(signal) {
      const search = { package: "openface-test", setting: SETTING, script: "openface" };
      const found = await findPython(search, environment, signal);
      if ("missing" in found) return found;
      const lacking = WEIGHT_FILES.filter((file) => !existsSync(join(weights, file)));
      if (lacking.length > 0) return { missing: `its weights are not in ${weights} (type: ${download})` };
      const { python, version } = found;
      const id = `openface3@${version}`;
      const shim = { python, shim: "openface3_shim.py", weights, device: "cpu", format: openFace3Table, version };
      const program = { id, title: "OpenFace 3", supports: OPENFACE3_SUPPORT, ...pythonProgram(shim) };
      return { id, path: python, open: () => createProcessToolbox(program, limits) };
    },
  };
}
