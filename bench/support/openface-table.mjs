import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";

const range = (count, of) => Array.from({ length: count }, (_, i) => of(i));
const two = (n) => String(n).padStart(2, "0");
const INTENSITIES = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45];
const PRESENCES = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 28, 45];
const POSE = ["gaze_angle_x", "gaze_angle_y", "pose_Tx", "pose_Ty", "pose_Tz", "pose_Rx", "pose_Ry", "pose_Rz"];

/**
 * Writes a table as OpenFace 2 does, with a column for the image.
 *
 * @param columns at least 183; what goes beyond is filled with numbers that nobody reads.
 * @param facesPerImage rows of an image or frame. @param framesPerClip where rows are about clips; else about images.
 */
export async function writeOpenFaceTable(path, rows, { columns, facesPerImage, framesPerClip }) {
  const points = ["x", "y"].flatMap((axis) => range(68, (i) => `${axis}_${i}`));
  const head = ["input", ...(framesPerClip ? ["frame", "timestamp"] : []), "face", "confidence"];
  const units = [...INTENSITIES.map((n) => `AU${two(n)}_r`), ...PRESENCES.map((n) => `AU${two(n)}_c`)];
  const filler = range(
    Math.max(0, columns - head.length - POSE.length - points.length - units.length),
    (i) => `p_${i}`,
  );
  const out = createWriteStream(path);
  out.write(`${[...head, ...POSE, ...points, ...filler, ...units].join(", ")}\n`);
  const fill = filler.map((_, i) => (i * 1.37).toFixed(3));
  for (let row = 0; row < rows; row++) {
    const moment = Math.floor(row / facesPerImage);
    const left = 10 + 200 * (row % facesPerImage);
    const at = (i) => (i < 68 ? left + ((i * 2) % 120) : 40 + (((i - 68) * 2) % 130)).toFixed(1);
    const frame = framesPerClip ? moment % framesPerClip : 0;
    const cells = [
      ...(framesPerClip
        ? [`clip_${Math.floor(moment / framesPerClip)}.mp4`, frame, (frame / 25).toFixed(3)]
        : [`img_${moment}.jpg`]),
      row % facesPerImage,
      "0.975",
      "-0.100, 0.150, 10.0, -5.0, 500.0, 0.100, -0.200, 0.050",
      range(136, at).join(", "),
      ...fill,
      INTENSITIES.map((n) => (((row * n) % 500) / 100).toFixed(2)).join(", "),
      PRESENCES.map((n) => ((row * n) % 2).toFixed(1)).join(", "),
    ];
    if (!out.write(`${cells.join(", ")}\n`)) await new Promise((resume) => out.once("drain", resume));
  }
  out.end();
  await finished(out);
}
