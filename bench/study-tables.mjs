// What a study costs beside its networks: images of which a toolbox reads numbers at once (decoding, tables, journal, page), and
// the most memory. Neither processor time for an image nor memory may grow with their number.
// node bench/study-tables.mjs [images]     (npm run build first; 2000 unless told)
import { copyFile, link, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { measure } from "../dist/src/measure.js";
import { listInputs } from "../dist/src/study/study-inputs.js";
import { drawnStudyTools } from "../test/support/drawn-study.mjs";
import { cpuSecondsSince, figure } from "./support/figures.mjs";

const IMAGES = Number(process.argv[2] ?? 2000);
const place = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
try {
  const drawn = join(place, "drawn.png");
  // One face each: the drawn toolbox reads how many from green.
  await sharp({ create: { width: 64, height: 48, channels: 3, background: { r: 90, g: 1, b: 0 } } }).toFile(drawn);
  for (let from = 0; from < IMAGES; from += 1000) {
    const folder = join(place, "images", `${from}`);
    await mkdir(folder, { recursive: true });
    for (let n = from; n < Math.min(from + 1000, IMAGES); n += 1) {
      const path = join(folder, `${n}.png`);
      // A file has 65 000 links at most.
      await (n === from ? copyFile(drawn, path) : link(join(folder, `${from}.png`), path));
    }
  }
  const before = process.cpuUsage();
  const inputs = await listInputs([join(place, "images")]);
  const query = { folder: join(place, "study"), words: [join(place, "images")], inputs, concurrency: 2, fps: 5 };
  await measure(query, { tools: drawnStudyTools(), close: async () => undefined });
  const about = `${IMAGES} images beside networks`;
  figure(`${about}: processor time for 1000`, (1000 * cpuSecondsSince(before)) / IMAGES, { unit: "s" });
  figure(`${about}: most memory`, process.resourceUsage().maxRSS / 1e3, { unit: "MB" });
} finally {
  await rm(place, { recursive: true, force: true });
}
