import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, it } from "vitest";
import { openEvaluation } from "../../src/compose/evaluation.ts";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { evaluate } from "../../src/evaluate.ts";
import { csvTable } from "../../src/platform/tables/write-table.ts";
import { judgment, reading, subject } from "../support/builders.ts";
import { saysJson, type WireBody } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A judge that finds less joy the darker the middle of an image is, and one whose joy hangs on nothing that is shown. */
async function joyOf({ model, messages }: WireBody): Promise<number> {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  const url = parts.find(({ type }) => type === "image_url")?.image_url?.url ?? "";
  const image = Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
  const noise = 0.1 * createRandom(`${url.length} ${url.slice(-99)}`).real();
  if (model === "blind") return 0.5 + noise;
  const { width, height } = await sharp(image).metadata();
  const middle = { left: width >> 2, top: height >> 2, width: width >> 1, height: height >> 1 };
  const { channels } = await sharp(image).extract(middle).grayscale().stats();
  return 0.2 + noise + (channels[0]?.mean ?? 0) / 400;
}

it("a judge of a model's server who reads less joy in darker skin is found by arms and `fairness` alone, one who does not is not", async () => {
  const folder = await tempFolder();
  const seeing = ["biased", "blind"].map((id) => ({ id, supported_parameters: ["structured_outputs"] }));
  const server = await startOpenAiServer(
    async (body) => {
      const joy = await joyOf(body);
      return saysJson(judgment(subject({ integrated: reading({ happiness: joy, anger: 1 - joy }) })));
    },
    { models: seeing },
  );
  const file = join(folder, "skin.eval.yaml");
  const opened = openEvaluation({
    evalFilePath: file,
    stimuliFolder: join(folder, "stimuli"),
    answersFolder: join(folder, "answers"),
    env: { OPENAI_BASE_URL: `${server.url}/v1` },
  });
  try {
    const people = [];
    for (const photo of [1, 2, 4] as const) {
      const path = samplePhoto(photo);
      for (const [at, { box }] of (await opened.facesIn(path)).entries()) {
        const image = join(folder, `${photo}-${at}.png`);
        const { width, height } = await sharp(path).metadata();
        const side = Math.round(1.8 * Math.max(box.widthPx, box.heightPx));
        const left = Math.max(0, Math.round(box.leftPx + box.widthPx / 2 - side / 2));
        const top = Math.max(0, Math.round(box.topPx + box.heightPx / 2 - side / 2));
        await sharp(path)
          .extract({ left, top, width: Math.min(side, width - left), height: Math.min(side, height - top) })
          .resize(320)
          .toFile(image);
        people.push({ id: `${photo}-${at}`, image });
      }
    }
    await writeFile(join(folder, "people.csv"), csvTable(people));
    const evaluation = {
      name: "skin",
      dataset: { format: "csv", path: "people.csv", columns: { id: "id", image: "image" } },
      matrix: { models: ["openai:biased", "openai:blind"], arms: ["skin-lighter", "skin-darker"] },
      scorers: ["fairness"],
    };
    await writeFile(file, JSON.stringify(evaluation));
    const run = await evaluate({ file, folder: join(folder, "run") }, opened.dependencies);
    if (run === null) throw new Error("Nothing was evaluated");
    const [biased, blind] = run.scored.contextEffects.map(({ effects }) =>
      effects.find(({ name }) => name === "label_skin-darker_vs_skin-lighter"),
    );
    expect(biased?.pValue).toBeLessThan(0.02);
    expect(biased?.estimate.n).toBe(people.length);
    expect(biased?.sentence).toMatch(
      /^With darker skin rather than lighter, (happiness|anger) is given (less|more) probab/,
    );
    expect(blind?.pValue).toBeGreaterThan(0.05);
    expect(await readFile(run.report, "utf8")).toContain(biased?.sentence);
  } finally {
    await opened.close();
  }
});
