import type { ToolboxDefinition, ToolboxEnvironment } from "../toolbox-definition.ts";
import { createProcessToolbox, type ProgramLimits } from "../toolbox-process/process-toolbox.ts";
import { findPython } from "../toolbox-python/find-python.ts";
import { pythonProgram } from "../toolbox-python/python-program.ts";
import { PYFEAT_SUPPORT, pyFeatTable } from "./pyfeat-table.ts";

const SETTING = "KULESHOV_PYFEAT";

/** Py-Feat, run in the Python that has it. It fetches its weights itself at first use. */
export function pyFeatToolbox(environment: ToolboxEnvironment, limits: ProgramLimits = {}): ToolboxDefinition {
  return {
    name: "pyfeat",
    aliases: ["py-feat"],
    title: "Py-Feat",
    install: [
      "python3 -m venv ~/pyfeat && ~/pyfeat/bin/pip install py-feat    (2.x needs Python 3.11 or later)",
      `export ${SETTING}=~/pyfeat`,
    ],
    licence:
      "The code is MIT; the weights of Detectorv2 are for non-commercial research, those of 1.x each have their own terms",
    tables: [pyFeatTable],
    async find(signal) {
      const search = { package: "py-feat", setting: SETTING, script: undefined };
      const found = await findPython(search, environment, signal);
      if ("missing" in found) return found;
      const { python, version } = found;
      const id = `pyfeat@${version}`;
      const shim = { python, shim: "pyfeat_shim.py", weights: null, device: "cpu", format: pyFeatTable, version };
      const program = { id, title: "Py-Feat", supports: PYFEAT_SUPPORT, ...pythonProgram(shim) };
      return { id, path: python, open: () => createProcessToolbox(program, limits) };
    },
  };
}
