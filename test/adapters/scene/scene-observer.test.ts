import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createMeshToolbox } from "../../../src/adapters/mesh/mesh-toolbox.ts";
import { createSceneObserver } from "../../../src/adapters/scene/scene-observer.ts";
import type { NewEvidence } from "../../../src/domain/evidence.ts";
import { decodeImage } from "../../../src/measuring/decode-image.ts";
import { measureFaces } from "../../../src/measuring/measure-image.ts";
import { describeSceneObserver } from "../../contract/scene-observer.ts";
import { cutOut, gradientImage } from "../../support/images.ts";
import { samplePhoto } from "../../support/photos.ts";

const toolbox = await createMeshToolbox({ workers: 1 });
const scenes = await Promise.all(([1, 2, 3, 4] as const).map(sceneOf));
await toolbox.close();
const observer = await createSceneObserver({ objects: true });

async function sceneOf(number: 1 | 2 | 3 | 4) {
  const image = await decodeImage(samplePhoto(number));
  return { image, faces: await measureFaces(image, [toolbox]) };
}

const sceneAt = (number: 1 | 2 | 3 | 4) => scenes[number - 1] as (typeof scenes)[number];
const seen = (number: 1 | 2 | 3 | 4) => observer.observe(sceneAt(number));

function findings(items: readonly NewEvidence[], kind: NewEvidence["kind"]) {
  return items.flatMap(({ faceId, value, ...item }) =>
    item.kind === kind && value.type === "finding" ? [{ faceId, ...value }] : [],
  );
}

describe("objects", () => {
  it.each([
    [1, "wine glass", 1],
    [2, "cell phone", 1],
    [3, "cup", 1],
    [3, "wine glass", 1],
    [1, "person", 3],
  ] as const)("in photo %i include a %s", async (photo, name, atLeast) => {
    const objects = findings(await seen(photo), "object").filter((object) => object.name === name);
    expect(objects.length).toBeGreaterThanOrEqual(atLeast);
  });

  it("lie where they are: the glass at the lower left of photo 1", async () => {
    const glass = (await seen(1)).find(({ statement }) => statement.includes("a wine glass"));
    expect(glass?.statement).toContain("in the lower left of the image");
    // Read off the photograph; the box may differ by a few pixels of the 512 that the network sees.
    expect(glass?.region?.leftPx).toBeCloseTo(282, -2);
    expect(glass?.region?.topPx).toBeCloseTo(1029, -2);
  });
});

it("says that an object is there from the score on from which the rules read one", async () => {
  const { objectsFrom } = JSON.parse(await readFile("models/rules/scene-cues.json", "utf8"));
  const objects = (await seen(1)).filter(({ kind }) => kind === "object");
  const unsure = objects.filter(({ statement }) => statement.startsWith("What may be a "));
  expect(unsure.length).toBeGreaterThan(0);
  expect(unsure.length).toBeLessThan(objects.length);
  for (const item of objects) {
    const { confidence } = item.value as { confidence: number };
    expect([item.statement, confidence < objectsFrom]).toEqual([item.statement, unsure.includes(item)]);
  }
});

describe("without objects, as long as nobody asks for them", () => {
  it("nothing is said of objects, no network looked for them, and bodies are still read twice", async () => {
    const plain = await createSceneObserver();
    const items = await plain.observe(sceneAt(2));
    await plain.close();
    expect(plain.networks.map(({ id }) => id)).toEqual(["human-movenet-lightning"]);
    expect(items.filter(({ kind }) => kind === "object")).toEqual([]);
    const hands = findings(items, "posture").filter(({ name }) => name.startsWith("hand"));
    expect(hands).toMatchObject([{ faceId: "F1", name: "hand at face" }]);
  });
});

describe("people", () => {
  it("who sit on one couch are close to each other, the nearest first", async () => {
    const near = findings(await seen(3), "relation").filter(({ name }) => name.endsWith("close to"));
    expect(near.map(({ faceId }) => faceId)).toEqual(["F1", "F2", "F3"]);
    expect(near.find(({ faceId }) => faceId === "F1")?.to).toEqual(["F2", "F3"]);
  });

  it("who look into the camera are said to, and those who look down not", async () => {
    const atCamera = findings(await seen(3), "relation").filter(({ name }) => name === "looks at camera");
    expect(atCamera.map(({ faceId }) => faceId)).toEqual(["F1", "F2", "F3"]);
    const looks = findings(await seen(2), "relation").filter(({ name }) => name.startsWith("looks"));
    expect(looks.map(({ name }) => name)).not.toContain("looks at camera");
    expect(looks.find(({ faceId }) => faceId === "F3")?.to).toEqual(["down"]);
  });

  it("with closed eyes look nowhere that can be told, which is an item of its own", async () => {
    const item = (await seen(1)).find(({ faceId, kind }) => kind === "relation" && faceId === "F2");
    expect(item).toMatchObject({
      value: { type: "not-measured" },
      statement: expect.stringContaining("cannot be told"),
    });
  });

  it("who hold a hand to the face are said to, without a place on a face in profile", async () => {
    const hands = findings(await seen(2), "posture").filter(({ name }) => name.startsWith("hand"));
    expect(hands).toMatchObject([{ faceId: "F1", name: "hand at face", to: [] }]);
  });

  it("who bow the head are said to", async () => {
    const bowed = findings(await seen(2), "posture").filter(({ name }) => name === "head bowed");
    expect(bowed.map(({ faceId }) => faceId)).toEqual(["F2", "F3"]);
  });

  it("whose face fills the image have no body made up for them", async () => {
    const { image, faces } = sceneAt(3);
    const { box } = faces[0] ?? { box: undefined };
    if (box === undefined) throw new Error("Photo 3 has faces");
    const near = await cutOut(image, box, 300);
    const closeUp = { leftPx: 0, topPx: 0, widthPx: near.widthPx, heightPx: near.heightPx };
    const [face] = faces.map((each) => ({ ...each, box: closeUp }));
    const items = await observer.observe({ image: near, faces: face === undefined ? [] : [face] });
    const bodies = items.filter(({ kind, value }) => kind === "posture" && value.type !== "finding");
    expect(bodies).toMatchObject([{ value: { type: "not-measured", reason: "the face fills the image" } }]);
  });

  it("have joints that lie in the image where they count as seen", async () => {
    const { image } = sceneAt(2);
    const points = (await seen(2)).flatMap(({ value }) => (value.type === "points" ? value.points : []));
    expect(points.length).toBe(3 * 17);
    for (const { xPx, yPx } of points.filter(({ score }) => score >= 0.3)) {
      expect(xPx >= 0 && xPx <= image.widthPx && yPx >= 0 && yPx <= image.heightPx).toBe(true);
    }
  });
});

// Last, as the suite closes the observer.
describeSceneObserver("scene", async () => ({
  observer,
  scenes: [sceneAt(1), sceneAt(2)],
  empty: gradientImage(320, 240),
}));
