import type { ToolboxDefinition } from "../../ports/toolbox-definition.ts";

/** Results of MediaPipe's face landmarker and of ARKit apps can be imported. */
export const blendshapesDefinition: ToolboxDefinition = {
  name: "blendshapes",
  title: "MediaPipe blendshapes",
  install: ["save the results of MediaPipe's Face Landmarker as JSON, then: --evidence blendshapes:results.json"],
  licence: "Apache-2.0",
  find: undefined,
};
