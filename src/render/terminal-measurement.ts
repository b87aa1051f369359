import type { DecodedImage } from "../domain/image.ts";
import type { ActionUnitMeasurement, Face, FaceMeasurement } from "../domain/measurement.ts";
import { presenceOf } from "../domain/presence.ts";
import { bar, plain, type TerminalStyle, wrap } from "./terminal-style.ts";

const INDENT = 16;

/** The measurements of one image as a person reads them in a terminal. */
export function renderMeasurement(
  image: Pick<DecodedImage, "path" | "widthPx" | "heightPx">,
  faces: readonly Face[],
  style: TerminalStyle,
): string {
  const found = faces.length === 0 ? "no face found" : faces.length === 1 ? "1 face" : `${faces.length} faces`;
  const head = `${style.bold(plain(image.path))}  ${style.dim(`${image.widthPx} x ${image.heightPx} px · ${found}`)}`;
  return `${[head, ...faces.flatMap((face) => renderFace(face, style))].join("\n")}\n`;
}

function renderFace(face: Face, style: TerminalStyle): string[] {
  const { leftPx, topPx, widthPx, heightPx } = face.box;
  const place = `${Math.round(widthPx)} x ${Math.round(heightPx)} px at ${Math.round(leftPx)},${Math.round(topPx)}`;
  return [
    `  ${style.bold(face.faceId)}  ${style.dim(place)}`,
    ...face.measurements.flatMap((measurement) => renderToolbox(measurement, style)),
  ];
}

function renderToolbox(measurement: FaceMeasurement, style: TerminalStyle): string[] {
  const lines = [entry("toolbox", measurement.toolbox, style)];
  const { headPose, quality } = measurement;
  if (headPose !== null) {
    const angles = [headPose.yawRad, headPose.pitchRad, headPose.rollRad].map((radians) =>
      Math.round((radians * 180) / Math.PI),
    );
    lines.push(entry("head pose", `yaw ${angles[0]}°, pitch ${angles[1]}°, roll ${angles[2]}°`, style));
  }
  for (const { source, distribution } of measurement.expressions) {
    const [top, second] = [...distribution].sort((a, b) => b.probability - a.probability);
    if (top === undefined) continue;
    const next = second === undefined ? "" : style.dim(`  then ${second.label} ${second.probability.toFixed(2)}`);
    lines.push(
      entry(
        "expression",
        `${top.label.padEnd(10)} ${top.probability.toFixed(2)} ${bar(top.probability, 16)}${next} ${style.dim(source)}`,
        style,
      ),
    );
  }
  lines.push(entry("present", describeUnits(measurement.actionUnits, "present"), style));
  lines.push(entry("uncertain", describeUnits(measurement.actionUnits, "uncertain"), style));
  if (quality !== null) {
    lines.push(entry("quality", quality.overall.toFixed(2), style));
    lines.push(...quality.warnings.map((warning) => entry("", style.doubtful(`! ${plain(warning)}`), style)));
  }
  return lines;
}

function describeUnits(units: readonly ActionUnitMeasurement[], presence: "present" | "uncertain"): string {
  const chosen = units.filter((unit) => unit.side === "both" && presenceOf(unit) === presence);
  const strongest = [...chosen].sort((a, b) => b.value - a.value);
  return strongest.map((unit) => `${unit.au} ${unit.value.toFixed(2)}`).join(", ") || "no action unit";
}

function entry(name: string, text: string, style: TerminalStyle): string {
  return `    ${style.dim(name.padEnd(INDENT - 4))}${wrap(text, style.columns - INDENT, " ".repeat(INDENT))}`;
}
