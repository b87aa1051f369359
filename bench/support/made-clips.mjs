// Clips made of the photographs that dependencies ship, so that it is known who is where in every frame. A scene is a list of
// frames, each a list of layers: a part of a photograph, where it goes in the frame, how opaque it is, turned by how much.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

export const [WIDTH, HEIGHT] = [1280, 720];

/** One of the six photographs of groups, and its faces as boxes in pixels, from left to right. */
export async function openPhoto(number, toolbox) {
  const path = fileURLToPath(
    new URL(`../../node_modules/@vladmandic/face-api/demo/sample${number}.jpg`, import.meta.url),
  );
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const [widthPx, heightPx] = [info.width, info.height];
  const measured = await toolbox.measure({ rgb: new Uint8Array(data), widthPx, heightPx, path, sha256: path });
  const faces = measured.filter(({ box }) => box.widthPx > 60).map(({ box }) => box);
  return { number, path, widthPx, heightPx, faces: faces.sort((a, b) => a.leftPx - b.leftPx) };
}

const middleOf = ({ leftPx, topPx, widthPx, heightPx }) => [leftPx + widthPx / 2, topPx + heightPx / 2];

/** A part of a photograph of the frame's shape about a point, as large as it fits. */
export function view(photo, [x, y] = [photo.widthPx / 2, photo.heightPx / 2], share = 1) {
  const width = Math.min(photo.widthPx, (photo.heightPx * WIDTH) / HEIGHT) * share;
  const height = (width * HEIGHT) / WIDTH;
  const left = Math.min(Math.max(0, x - width / 2), photo.widthPx - width);
  const top = Math.min(Math.max(0, y - height / 2), photo.heightPx - height);
  return { photo, from: { left, top, width, height }, to: { left: 0, top: 0, width: WIDTH, height: HEIGHT } };
}

/** One face with what is around it, put somewhere. */
export function portrait(photo, face, [x, y], side = 320) {
  const [cx, cy] = middleOf(face);
  const around = Math.min(1.9 * face.heightPx, photo.widthPx, photo.heightPx);
  const left = Math.min(Math.max(0, cx - around / 2), photo.widthPx - around);
  const top = Math.min(Math.max(0, cy - around / 2), photo.heightPx - around);
  return {
    photo,
    from: { left, top, width: around, height: around },
    to: { left: x, top: y, width: side, height: side },
  };
}

/** Where the faces of a frame are: who, and the middle and height of the face in the frame. Half faded ones are left out. */
export function truthOf(layers) {
  return layers.flatMap(({ photo, from, to, opacity = 1 }) =>
    photo.faces.flatMap((face, i) => {
      const [cx, cy] = middleOf(face);
      const scale = to.width / from.width;
      const [x, y] = [to.left + (cx - from.left) * scale, to.top + (cy - from.top) * scale];
      const high = face.heightPx * scale;
      const room = high / 2;
      const inLayer =
        x - room > to.left && x + room < to.left + to.width && y - room > to.top && y + room < to.top + to.height;
      const inFrame = x > room && x < WIDTH - room && y > room && y < HEIGHT - room;
      return opacity > 0.9 && inLayer && inFrame ? [{ who: `${photo.number}-${i}`, x, y, high }] : [];
    }),
  );
}

async function pixelsOf({ photo, from, to, opacity = 1, turned = 0 }) {
  const whole = Object.fromEntries(Object.entries(from).map(([name, value]) => [name, Math.round(value)]));
  whole.width = Math.min(whole.width, photo.widthPx - whole.left);
  whole.height = Math.min(whole.height, photo.heightPx - whole.top);
  const cut = await sharp(photo.path)
    .extract(whole)
    .resize(Math.round(to.width), Math.round(to.height), { fit: "fill" })
    .toBuffer();
  const upright = sharp(cut).rotate(turned, { background: "#777" }).ensureAlpha(opacity);
  const input = await upright.png({ compressionLevel: 0 }).toBuffer();
  const { width, height } = await sharp(input).metadata();
  return {
    input,
    left: Math.round(to.left - (width - to.width) / 2),
    top: Math.round(to.top - (height - to.height) / 2),
  };
}

/** Writes a clip with ffmpeg, of which each frame stands for `1 / fps` seconds. */
export async function writeClip(path, frames, { fps, filter = "null" }) {
  const raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${WIDTH}x${HEIGHT}`, "-framerate", String(fps), "-i", "-"];
  const to = ["-vf", filter, "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p", path];
  const ffmpeg = spawn("ffmpeg", ["-v", "error", "-y", ...raw, ...to], { stdio: ["pipe", "inherit", "inherit"] });
  const ended = once(ffmpeg, "close");
  for (const layers of frames) {
    const parts = [];
    for (const layer of layers) parts.push(await cropped(await pixelsOf(layer)));
    const canvas = sharp({
      create: { width: WIDTH, height: HEIGHT, channels: 3, background: layers.length === 0 ? "#000" : "#777" },
    });
    const rgb = await canvas
      .composite(parts.filter((part) => part !== null))
      .removeAlpha()
      .raw()
      .toBuffer();
    if (!ffmpeg.stdin.write(rgb)) await once(ffmpeg.stdin, "drain");
  }
  ffmpeg.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
}

/** The part of a layer that is in the frame: sharp takes none that is larger or begins outside. */
async function cropped({ input, left, top }) {
  const { width, height } = await sharp(input).metadata();
  const [x, y] = [Math.max(0, -left), Math.max(0, -top)];
  const [w, h] = [Math.min(width - x, WIDTH - Math.max(0, left)), Math.min(height - y, HEIGHT - Math.max(0, top))];
  if (w <= 0 || h <= 0) return null;
  return {
    input: await sharp(input).extract({ left: x, top: y, width: w, height: h }).toBuffer(),
    left: Math.max(0, left),
    top: Math.max(0, top),
  };
}
