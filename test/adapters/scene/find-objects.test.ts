import { describe, expect, it } from "vitest";
import { decodeObjects, objectNames, withoutMistakenFaces } from "../../../src/adapters/scene/find-objects.ts";

const FRAME = { widthPx: 1024, heightPx: 256 };
const classOf = (name: string) => objectNames().names.indexOf(name);

/** A row as the network gives it: corners in its own 512 pixels, score, class. */
const row = (name: string, score: number, [left, top, right, bottom]: readonly [number, number, number, number]) => [
  ...[left, top, right, bottom],
  score,
  classOf(name),
];
const decode = (...rows: number[][]) => decodeObjects(Float32Array.from(rows.flat()), FRAME, 512);
const namesOf = (objects: readonly { name: string }[]) => objects.map(({ name }) => name);

describe("decodeObjects", () => {
  it("stretches boxes back to the image, across and down apart", () => {
    const [cup] = decode(row("cup", 0.5, [100, 100, 200, 200]));
    expect(cup).toEqual({ name: "cup", score: 0.5, box: { leftPx: 200, topPx: 50, widthPx: 200, heightPx: 50 } });
  });

  it("knows COCO's classes by the numbers of the network", () => {
    const numbered = [0, 15, 16, 27, 40, 55, 63, 79].map((index) => objectNames().names[index]);
    expect(numbered).toEqual(["person", "cat", "dog", "tie", "wine glass", "cake", "laptop", "toothbrush"]);
  });

  it.each([
    ["the same object twice", row("cup", 0.4, [105, 100, 205, 200]), ["cup"]],
    ["another of its kind beside it", row("cup", 0.4, [300, 100, 400, 200]), ["cup", "cup"]],
    ["the same object under another name", row("bowl", 0.4, [102, 100, 200, 200]), ["cup"]],
    ["something in front of it", row("spoon", 0.4, [140, 100, 220, 260]), ["cup", "spoon"]],
    ["something of which it is not sure", row("spoon", 0.19, [300, 100, 400, 200]), ["cup"]],
    ["a class that it does not have", [300, 100, 400, 200, 0.9, 80], ["cup"]],
    ["a box turned inside out", row("spoon", 0.9, [400, 100, 300, 200]), ["cup"]],
    ["a box outside the image", row("spoon", 0.9, [600, 100, 700, 200]), ["cup"]],
  ])("beside a cup reads %s", (_case, other, expected) => {
    expect(namesOf(decode(row("cup", 0.5, [100, 100, 200, 200]), other))).toEqual(expected);
  });
});

describe("withoutMistakenFaces", () => {
  const face = { leftPx: 300, topPx: 50, widthPx: 150, heightPx: 150 };
  const dog = (box: { leftPx: number; topPx: number; widthPx: number; heightPx: number }) => ({
    name: "dog",
    box,
    score: 0.6,
  });

  it("leaves out a dog that is a person's face", () => {
    const around = dog({ leftPx: 250, topPx: 0, widthPx: 300, heightPx: 250 });
    expect(withoutMistakenFaces([around], [face])).toEqual([]);
    expect(withoutMistakenFaces([around], [])).toEqual([around]);
  });

  it("keeps a dog beside the face, a large horse behind it, and a person around it", () => {
    const objects = [
      dog({ leftPx: 600, topPx: 50, widthPx: 200, heightPx: 150 }),
      { name: "horse", score: 0.6, box: { leftPx: 0, topPx: 0, widthPx: 1000, heightPx: 256 } },
      { name: "person", score: 0.6, box: { leftPx: 250, topPx: 0, widthPx: 300, heightPx: 250 } },
    ];
    expect(withoutMistakenFaces(objects, [face])).toEqual(objects);
  });
});
