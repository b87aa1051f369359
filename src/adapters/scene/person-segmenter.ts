import sharp from "sharp";
import { clipBox, type PixelBox } from "../../domain/geometry.ts";
import { loadManifest } from "../../networks/manifest-store.ts";
import type { NetworksPlace } from "../../networks/networks-on-demand.ts";
import { createWorkerPool } from "../../networks/worker-pool.ts";
import { builtFile } from "../../platform/package-paths.ts";
import type { PersonSegmenter } from "../../ports/person-segmenter.ts";
import type { SceneRequest } from "./scene-worker.ts";

const NETWORK = "selfie-segmentation";
const INPUT_PX = 256;
/** Squares around a face, in face sizes: head and shoulders at the network's full sharpness, and the whole body. */
const SQUARES = [4.5, 9] as const;
/** Where the middle of the face lies in such a square, from above: most of a person is below the face. */
const FACE_DOWN = 0.36;

/** People against their background by MediaPipe's network, in the whole image and around each face. */
export async function createPersonSegmenter({
  cacheDir,
}: {
  readonly cacheDir?: string;
} = {}): Promise<PersonSegmenter> {
  const { manifest } = await loadManifest(NETWORK);
  const workerData: NetworksPlace = { cacheDir };
  const worker = builtFile("adapters/scene/scene-worker.ts");
  const pool = createWorkerPool<SceneRequest, Float32Array>(worker, 1, { workerData });
  return {
    id: `${NETWORK}@${manifest.source.kind === "npm" ? manifest.source.version : ""}`,
    async segment(image, faces, signal) {
      const whole = { leftPx: 0, topPx: 0, widthPx: image.widthPx, heightPx: image.heightPx };
      const person = new Float32Array(image.widthPx * image.heightPx);
      for (const part of [whole, ...faces.flatMap(squaresAround)]) {
        const box = wholePixels(clipBox(part, image));
        if (box === undefined) continue;
        const rgb = await cut(image, box);
        layOver(person, image.widthPx, {
          box,
          values: await enlarged(await pool.run({ network: NETWORK, rgb }, [], signal), box),
        });
      }
      return person;
    },
    close: () => pool.close(),
  };
}

function squaresAround({ leftPx, topPx, widthPx, heightPx }: PixelBox): PixelBox[] {
  return SQUARES.map((faces) => {
    const side = faces * Math.max(widthPx, heightPx);
    const [x, y] = [leftPx + widthPx / 2, topPx + heightPx / 2];
    return { leftPx: x - side / 2, topPx: y - FACE_DOWN * side, widthPx: side, heightPx: side };
  });
}

function wholePixels(box: PixelBox | undefined): PixelBox | undefined {
  if (box === undefined || box.widthPx < 2 || box.heightPx < 2) return undefined;
  const [leftPx, topPx] = [Math.floor(box.leftPx), Math.floor(box.topPx)];
  return { leftPx, topPx, widthPx: Math.floor(box.widthPx), heightPx: Math.floor(box.heightPx) };
}

function cut({ widthPx, heightPx, rgb }: Parameters<PersonSegmenter["segment"]>[0], box: PixelBox): Promise<Buffer> {
  return sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .extract({ left: box.leftPx, top: box.topPx, width: box.widthPx, height: box.heightPx })
    .resize(INPUT_PX, INPUT_PX, { fit: "fill" })
    .raw()
    .toBuffer();
}

async function enlarged(values: Float32Array, { widthPx, heightPx }: PixelBox): Promise<Buffer> {
  const bytes = Uint8Array.from(values, (value) => Math.round(255 * value));
  return sharp(bytes, { raw: { width: INPUT_PX, height: INPUT_PX, channels: 1 } })
    .resize(widthPx, heightPx, { fit: "fill", kernel: "cubic" })
    .extractChannel(0)
    .raw()
    .toBuffer();
}

function layOver(person: Float32Array, width: number, { box, values }: { box: PixelBox; values: Buffer }): void {
  for (let y = 0; y < box.heightPx; y++) {
    for (let x = 0; x < box.widthPx; x++) {
      const at = (box.topPx + y) * width + box.leftPx + x;
      person[at] = Math.max(person[at] as number, (values[y * box.widthPx + x] as number) / 255);
    }
  }
}
