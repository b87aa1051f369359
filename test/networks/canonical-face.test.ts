import { expect, it } from "vitest";
import { readCanonicalFace } from "../../src/networks/canonical-face.ts";

it("reads the canonical face: upright, seen from the front, mirror-symmetric, with its weighted landmarks", async () => {
  const { vertices, triangles, landmarks } = await readCanonicalFace();
  const vertex = (point: number) => [...vertices.subarray(3 * point, 3 * point + 3)];
  expect([vertices.length, triangles.length, landmarks.length]).toEqual([3 * 468, 3 * 898, 33]);
  const [noseTip, forehead, chin] = [vertex(1), vertex(10), vertex(152)];
  const [rightEye, leftEye] = [vertex(33), vertex(263)];
  expect(forehead[1]).toBeGreaterThan(noseTip[1] as number);
  expect(chin[1]).toBeLessThan(noseTip[1] as number);
  expect(noseTip[2]).toBeGreaterThan(rightEye[2] as number);
  expect(rightEye[0]).toBeLessThan(0);
  // The model is symmetric: float32 numbers of a few centimetres agree to better than a hundredth of a millimetre.
  expect(leftEye[0]).toBeCloseTo(-(rightEye[0] as number), 3);
  expect(Math.max(...triangles)).toBe(467);
  expect(landmarks.every(({ point, weight }) => point < 468 && weight > 0 && weight < 1)).toBe(true);
});
