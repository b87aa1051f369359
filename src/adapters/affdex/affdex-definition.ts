import type { ToolboxDefinition } from "../../ports/toolbox-definition.ts";

/** AFFDEX is sold, on its own and within iMotions; what it exported can be imported. */
export const affdexDefinition: ToolboxDefinition = {
  name: "affdex",
  title: "AFFDEX / iMotions",
  install: ["export the facial expression data from iMotions as CSV, then: --evidence affdex:export.csv"],
  licence: "Commercial, by subscription",
  find: undefined,
};
