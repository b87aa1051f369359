/**
 * Kuleshov as a library: measure faces, ask about them, and read the shapes of what comes back.
 *
 * @example
 * const { dependencies, close } = await openDependencies({ model: "rules", toolboxes: ["mesh"] });
 * const report = await ask({ image: "photo.jpg", context: "She has just won the final" }, dependencies);
 * await close();
 */
export { type AskQuery, ask } from "./ask.ts";
export { type AskOptions, type OpenedDependencies, openDependencies } from "./compose/ask.ts";
export { createToolboxes, toolboxNames } from "./compose/toolboxes.ts";
export * from "./domain/errors.ts";
export { type EvidenceItem, EvidenceKind } from "./domain/evidence.ts";
export { type Grounding, GroundingVerdict } from "./domain/grounding.ts";
export { Judgment } from "./domain/judgment.ts";
export { BASIC_LABELS } from "./domain/labels.ts";
export { Face, FaceMeasurement, Scale } from "./domain/measurement.ts";
export { presenceOf } from "./domain/presence.ts";
export { Report } from "./domain/report.ts";
export { type ImageOutcome, measureImages } from "./measuring/measure-images.ts";
export { MeasureOutput, toRecord } from "./measuring/measurement-json.ts";
export { renderOverlay } from "./render/overlay.ts";
