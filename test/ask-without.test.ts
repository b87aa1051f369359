import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { askWithout } from "../src/ask-without.ts";
import { type OpenedDependencies, openDependencies } from "../src/compose/ask.ts";
import type { NewEvidence } from "../src/domain/evidence.ts";
import { decodeImage } from "../src/measuring/decode-image.ts";
import type { SceneObserver } from "../src/ports/scene-observer.ts";
import { samplePhoto } from "./support/photos.ts";

let opened: OpenedDependencies;
beforeAll(async () => {
  opened = await openDependencies({ model: "rules", toolboxes: ["mesh"], workers: 1, scene: false });
});
afterAll(() => opened.close());

const [KNIFE, BANNER] = [
  { leftPx: 20, topPx: 10, widthPx: 60, heightPx: 40 },
  { leftPx: 500, topPx: 200, widthPx: 60, heightPx: 60 },
];

/** Goes on seeing a knife wherever it was, as a network may. */
function seeing(...places: readonly { readonly name: string; readonly region: typeof KNIFE }[]): SceneObserver {
  const items = places.map(({ name, region }): NewEvidence => {
    const value: NewEvidence["value"] = { type: "finding", name, confidence: 0.8, to: [], measures: [] };
    const source = { type: "network", name: "objects@1" } as const;
    return { kind: "object", faceId: null, region, statement: `A ${name} is seen`, value, source };
  });
  return { id: "objects@1", networks: [], observe: async () => items, close: async () => {} };
}

async function asked(object: string, observer: SceneObserver) {
  const file = await sharp(samplePhoto(1)).resize(600).png().toBuffer();
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const known = await decodeImage(samplePhoto(1));
  const image = { ...known, widthPx: info.width, heightPx: info.height, rgb: new Uint8Array(data) };
  const found = await askWithout({ image }, object, { ...opened.dependencies, observers: [observer] });
  return { ...found, image, withoutRgb: found.image.rgb };
}

it("takes every object of the name out of the image and out of the evidence, and nothing else", async () => {
  const scene = seeing(
    { name: "knife", region: KNIFE },
    { name: "knife", region: BANNER },
    { name: "cup", region: BANNER },
  );
  const found = await asked("Knifes", scene);
  expect(found.removed.map(({ region }) => region)).toEqual([KNIFE, BANNER]);
  const names = found.without.evidence.flatMap(({ value }) => (value.type === "finding" ? value.name : []));
  expect(names).toEqual(["cup"]);
  expect(found.whole.evidence.filter(({ kind }) => kind === "object")).toHaveLength(3);
  expect(found.without.faces).toHaveLength(found.whole.faces.length);
  expect(found.changes.map(({ faceId }) => faceId)).toEqual(found.whole.faces.map(({ faceId }) => faceId));

  const { widthPx } = found.image;
  const changed = [...Array(found.image.rgb.length / 3).keys()].filter((i) =>
    [0, 1, 2].some((c) => Math.abs((found.image.rgb[3 * i + c] ?? 0) - (found.withoutRgb[3 * i + c] ?? 0)) > 1),
  );
  const near = ({ leftPx, topPx, widthPx: w, heightPx: h }: typeof KNIFE, x: number, y: number) =>
    x > leftPx - 12 && x < leftPx + w + 12 && y > topPx - 12 && y < topPx + h + 12;
  expect(changed.length).toBeGreaterThan(100);
  const stray = changed.filter((i) => ![KNIFE, BANNER].some((box) => near(box, i % widthPx, Math.floor(i / widthPx))));
  expect(stray).toEqual([]);
});

it("says in one sentence that no such object was found, and which were", async () => {
  const scene = seeing(
    { name: "cup", region: BANNER },
    { name: "cup", region: KNIFE },
    { name: "chair", region: KNIFE },
  );
  await expect(asked("rifle", scene)).rejects.toThrow(
    'Cannot ask without "rifle" as none was found in the image: found are cup, chair',
  );
  await expect(asked("rifle", seeing())).rejects.toThrow("no object was found at all");
});
