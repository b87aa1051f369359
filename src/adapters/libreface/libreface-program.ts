import { join } from "node:path";
import { cacheFolder } from "../../platform/cache-folder.ts";
import type { ToolboxDefinition, ToolboxEnvironment } from "../toolbox-definition.ts";
import { createProcessToolbox, type ProgramLimits } from "../toolbox-process/process-toolbox.ts";
import { findPython } from "../toolbox-python/find-python.ts";
import { pythonProgram } from "../toolbox-python/python-program.ts";
import { LIBREFACE_SUPPORT, libreFaceTable } from "./libreface-table.ts";

const SETTING = "KULESHOV_LIBREFACE";
const WEIGHTS = "KULESHOV_LIBREFACE_WEIGHTS";

/** LibreFace, run in the Python that has it. It fetches its weights itself at first use, and measures one face. */
export function libreFaceToolbox(environment: ToolboxEnvironment, limits: ProgramLimits = {}): ToolboxDefinition {
  const { env, platform } = environment;
  const weights = env[WEIGHTS] || join(cacheFolder(env, platform), "libreface");
  return {
    name: "libreface",
    title: "LibreFace",
    install: [
      "conda create -n libreface python=3.9 cmake && conda activate libreface && pip install libreface",
      `export ${SETTING}=$CONDA_PREFIX    (weights go to ${weights}, or to where ${WEIGHTS} says)`,
    ],
    licence: "USC Research Licence: education, research and non-profit use only",
    tables: [libreFaceTable],
    async find(signal) {
      const search = { package: "libreface", setting: SETTING, script: "libreface" };
      const found = await findPython(search, environment, signal);
      if ("missing" in found) return found;
      const { python, version } = found;
      const id = `libreface@${version}`;
      const shim = { python, shim: "libreface_shim.py", weights, device: "cpu", format: libreFaceTable, version };
      const program = { id, title: "LibreFace", supports: LIBREFACE_SUPPORT, ...pythonProgram(shim) };
      return { id, path: python, open: () => createProcessToolbox(program, limits) };
    },
  };
}
