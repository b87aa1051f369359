import type { EvidenceItem } from "../domain/evidence.ts";
import type { Face } from "../domain/measurement.ts";
import { shareOfScale } from "../domain/scale-range.ts";
import { actionUnit } from "../facs/action-units.ts";
import { visibleText } from "../platform/visible-text.ts";
import { facePartsRegion } from "../render/face-regions.ts";
import { accentOf } from "../render/overlay.ts";
import { faceLayers } from "../render/overlay-face.ts";
import type { ActionUnitView, FaceView, SideView } from "./report-view.ts";

/** What a page shows of one face: where it is, what is drawn on it, and its action units. */
export function faceView(face: Face, index: number, evidence: readonly EvidenceItem[]): Omit<FaceView, "isInImage"> {
  const [measurement] = face.measurements;
  const colour = accentOf(index);
  const { mesh, gaze } = measurement ? faceLayers(measurement, { scale: 1, accent: colour }) : { mesh: "", gaze: "" };
  const covered = measurement?.quality?.covered ?? [];
  return {
    faceId: face.faceId,
    box: face.box,
    colour,
    mesh,
    gaze,
    hidden: covered.flatMap((part) => {
      const region = measurement ? facePartsRegion(measurement, [part]) : null;
      return region === null ? [] : [{ part, region }];
    }),
    facts: factsOf(face),
    actionUnits: actionUnitViews(face.faceId, evidence),
  };
}

function factsOf({ measurements, box }: Face): readonly string[] {
  const quality = measurements.find((measurement) => measurement.quality !== null)?.quality;
  const size = `${Math.round(box.widthPx)} x ${Math.round(box.heightPx)} px`;
  if (!quality) return [size];
  const covered = quality.covered?.length ? [`hidden: ${quality.covered.join(", ")}`] : [];
  return [size, `quality ${quality.overall.toFixed(2)} of 1`, ...quality.warnings.map(visibleText), ...covered];
}

/** The first toolbox's units, those shown first; others stand among the evidence. */
function actionUnitViews(faceId: string, evidence: readonly EvidenceItem[]): readonly ActionUnitView[] {
  const items = evidence.filter((item) => item.faceId === faceId && item.value.type === "action-unit");
  const toolbox = items[0]?.source.name;
  const units = new Map<string, SideView[]>();
  for (const { id, value, source } of items) {
    if (value.type !== "action-unit" || source.name !== toolbox) continue;
    const sides = units.get(value.au) ?? [];
    units.set(value.au, sides);
    sides.push({
      side: value.side,
      share: Math.min(1, Math.max(0, shareOfScale(value.value, value.scale))),
      text: value.scale === "probability" ? value.value.toFixed(2) : `${value.value.toFixed(1)} (${value.scale})`,
      presence: value.presence,
      trust: value.weight,
      id,
    });
  }
  const most = (sides: readonly SideView[]) =>
    Math.max(...sides.map(({ presence, share }) => (presence === "present" ? 1 : 0) + share));
  return [...units]
    .map(([au, sides]) => ({ au, name: actionUnit(au)?.name ?? "", sides }))
    .sort((a, b) => most(b.sides) - most(a.sides));
}
