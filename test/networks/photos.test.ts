import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp, { type Region } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { imageSize, imageTensor } from "../../src/networks/image-tensor.ts";
import { openNetwork, type Tensor } from "../../src/networks/network.ts";
import { readOutputs } from "../../src/networks/readings.ts";
import { samplePhoto } from "../support/photos.ts";

// Sample 1 of face-api, 1920 x 1280 px: three women at a costume party, one with a tie and a wine glass in hand.
const PARTY = samplePhoto(1);
const WHOLE: Region = { left: 0, top: 0, width: 1920, height: 1280 };
/** The face of the laughing woman in the middle, tilted to her right. */
const LAUGHING: Region = { left: 802, top: 423, width: 262, height: 262 };

let cacheDir: string;
beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "kuleshov-photos-"));
});
afterAll(() => rm(cacheDir, { recursive: true, force: true }));

async function look(id: string, region: Region, photo = PARTY) {
  const network = await openNetwork(id, { cacheDir });
  const [input] = network.manifest.inputs;
  if (input === undefined) throw new Error("no input");
  const { width, height } = imageSize(input);
  const pixels = await sharp(photo)
    .extract(region)
    .resize(width, height, { fit: "fill" })
    .removeAlpha()
    .raw()
    .toBuffer();
  const outputs = await network.run({ image: imageTensor(input, pixels) });
  await network.close();
  return { outputs, readings: readOutputs(network.manifest, outputs) };
}

function output(outputs: Readonly<Record<string, Tensor>>, name: string): number[] {
  const tensor = outputs[name];
  if (tensor === undefined) throw new Error(`no output ${name}`);
  return Array.from(tensor.data, Number);
}

describe("the networks on a photograph", () => {
  it("find the three people, the tie and the wine glass, where they are", async () => {
    const numbers = output((await look("human-centernet", WHOLE)).outputs, "detections");
    const found = Array.from({ length: 100 }, (_, row) => numbers.slice(6 * row, 6 * row + 6)).filter(
      ([, , , , score]) => (score as number) > 0.3,
    );
    const [person, tie, wineGlass] = [0, 27, 40];
    const count = (wanted: number) => found.filter(([, , , , , label]) => label === wanted).length;
    expect([count(person), count(tie), count(wineGlass), found.length]).toEqual([3, 1, 1, 5]);
    const glass = found.find(([, , , , , label]) => label === wineGlass) as number[];
    // Lower left of the image, in 512 px.
    expect(glass[2]).toBeLessThan(150);
    expect(glass[1]).toBeGreaterThan(350);
  });

  it("place a person's joints in the order of a body, left and right as her own", async () => {
    const right: Region = { left: 1180, top: 100, width: 740, height: 1180 };
    const numbers = output((await look("human-movenet-lightning", right)).outputs, "keypoints");
    const [nose, leftShoulder, rightShoulder, leftHip] = [0, 5, 6, 11].map((joint) =>
      numbers.slice(3 * joint, 3 * joint + 3),
    );
    expect(nose?.[0]).toBeLessThan(leftShoulder?.[0] as number);
    expect(leftShoulder?.[0]).toBeLessThan(leftHip?.[0] as number);
    // She faces the camera, so that her left shoulder is on the right.
    expect(leftShoulder?.[1]).toBeGreaterThan(rightShoulder?.[1] as number);
  });

  it("find the hand on the knee of the woman in sample 2", async () => {
    const region = { left: 0, top: 0, width: 1920, height: 1367 };
    const { outputs } = await look("human-handtrack", region, samplePhoto(2));
    const [boxes, scores] = [output(outputs, "boxes"), output(outputs, "scores")];
    const classes = { open: 0, closed: 1, face: 4 };
    const best = (label: number) => {
      const ofLabel = scores.filter((_, index) => index % 7 === label);
      const anchor = ofLabel.indexOf(Math.max(...ofLabel));
      return { score: ofLabel[anchor] as number, box: boxes.slice(4 * anchor, 4 * anchor + 4) };
    };
    const hand = best(classes.closed);
    expect(hand.score).toBeGreaterThan(0.6);
    const [top, left, bottom, right] = hand.box as [number, number, number, number];
    // Its middle, by eye, at 870, 1120 px.
    expect(Math.abs((left + right) / 2 - 870 / 1920)).toBeLessThan(0.03);
    expect(Math.abs((top + bottom) / 2 - 1120 / 1367)).toBeLessThan(0.03);
    expect(best(classes.face).score).toBeGreaterThan(0.6);
  });

  it("see a face and lay a mesh on it, the subject's left on the right of the image", async () => {
    const margin = Math.round(LAUGHING.width / 4);
    const region = { left: LAUGHING.left - margin, top: LAUGHING.top - margin, width: 393, height: 393 };
    const { outputs } = await look("face-mesh-attention", region);
    expect(output(outputs, "face_flag")[0]).toBeGreaterThan(0);
    const mesh = output(outputs, "mesh");
    const point = (number: number) => mesh.slice(3 * number, 3 * number + 2) as [number, number];
    const [forehead, noseTip, upperLip, chin] = [10, 1, 13, 152].map(point);
    const heights = [forehead, noseTip, upperLip, chin].map((one) => one?.[1]);
    expect(heights).toEqual([...heights].sort((a, b) => (a as number) - (b as number)));
    const [leftIris, rightIris] = [output(outputs, "left_iris"), output(outputs, "right_iris")];
    expect(leftIris[0]).toBeGreaterThan(rightIris[0] as number);
    // The sharpened points stand for points of the mesh: eye corners within a tenth of the crop of each other.
    expect(Math.abs((output(outputs, "left_eye")[0] as number) - point(263)[0])).toBeLessThan(19);
    expect(Math.abs((output(outputs, "right_eye")[0] as number) - point(33)[0])).toBeLessThan(19);
  });

  it("disagree about her: the two expression classifiers are kept apart for that", async () => {
    const top = async (id: string) => {
      const [reading] = (await look(id, LAUGHING)).readings;
      if (reading?.kind !== "expression") throw new Error("no expression");
      expect(reading.distribution.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
      return [...reading.distribution].sort((a, b) => b.probability - a.probability).map(({ label }) => label);
    };
    expect((await top("human-emotion"))[0]).toBe("happiness");
    expect((await top("face-api-expression")).slice(0, 2)).toContain("happiness");
  });

  it("find a face in a detector's crop and none in a wall", async () => {
    const best = async (region: Region) =>
      Math.max(...output((await look("blazeface-short", region)).outputs, "scores"));
    const around = { left: 600, top: 230, width: 660, height: 660 };
    expect(await best(around)).toBeGreaterThan(1);
    expect(await best({ left: 1500, top: 0, width: 200, height: 100 })).toBeLessThan(0);
  });
});
