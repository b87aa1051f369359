import type { ToolboxDefinition } from "../../ports/toolbox-definition.ts";

/** PyAFAR measures videos from its own window; what it wrote can be imported. */
export const pyAfarDefinition: ToolboxDefinition = {
  name: "pyafar",
  title: "PyAFAR",
  install: [
    "download it from https://affectanalysisgroup.github.io/PyAFAR2023, run it on your videos, then: --evidence pyafar:results.csv",
  ],
  licence: "MIT",
  find: undefined,
};
