import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitToCanonical, headPoseOf } from "../../../src/adapters/mesh/canonical-fit.ts";
import type { CanonicalFace } from "../../../src/networks/canonical-face.ts";

/** Five points that are no plane, with unequal weights. */
const canonical: CanonicalFace = {
  vertices: Float32Array.of(-5, 3, 0, 5, 3, 0, 0, 0, 4, -3, -4, 1, 3, -4, 1),
  triangles: new Uint16Array(),
  landmarks: [0.1, 0.1, 0.3, 0.2, 0.3].map((weight, point) => ({ point, weight })),
};

interface Pose {
  yawRad: number;
  pitchRad: number;
  rollRad: number;
}

/** Poses the canonical face as a camera sees it: tilt first, then raise the chin, then turn; pixels, y and z flipped. */
function photographed(
  { yawRad, pitchRad, rollRad }: Pose,
  pxPerCm: number,
  offset: readonly [number, number],
): Float64Array {
  const landmarks: number[] = [];
  for (const { point: index } of canonical.landmarks) {
    let [x = 0, y = 0, z = 0] = Array.from(canonical.vertices).slice(index * 3, index * 3 + 3);
    [x, y] = [x * Math.cos(rollRad) + y * Math.sin(rollRad), -x * Math.sin(rollRad) + y * Math.cos(rollRad)];
    [y, z] = [y * Math.cos(pitchRad) + z * Math.sin(pitchRad), -y * Math.sin(pitchRad) + z * Math.cos(pitchRad)];
    [x, z] = [x * Math.cos(yawRad) + z * Math.sin(yawRad), -x * Math.sin(yawRad) + z * Math.cos(yawRad)];
    landmarks.push(x * pxPerCm + offset[0], -y * pxPerCm + offset[1], -z * pxPerCm);
  }
  return Float64Array.from(landmarks);
}

const angle = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });

describe("headPoseOf", () => {
  it("reads back any pose a camera can see, wherever the face is and however large", () => {
    fc.assert(
      fc.property(
        fc.record({ yawRad: angle(1.5), pitchRad: angle(1.2), rollRad: angle(3) }),
        fc.double({ min: 0.1, max: 200, noNaN: true }),
        (pose, pxPerCm) => {
          const fit = fitToCanonical(photographed(pose, pxPerCm, [812, 377]), canonical);
          const found = headPoseOf(fit.rotation);
          for (const key of ["yawRad", "pitchRad", "rollRad"] as const) expect(found[key]).toBeCloseTo(pose[key], 6);
          expect(fit.cmPerPx).toBeCloseTo(1 / pxPerCm, 6);
          fit.points.forEach((value, index) => {
            expect(value).toBeCloseTo(canonical.vertices[index] ?? Number.NaN, 6);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each<[string, Pose]>([
    ["yaw is positive toward the right edge of the image", { yawRad: 0.5, pitchRad: 0, rollRad: 0 }],
    ["pitch is positive when the chin is raised", { yawRad: 0, pitchRad: 0.4, rollRad: 0 }],
    ["roll is positive when the head tilts clockwise as seen", { yawRad: 0, pitchRad: 0, rollRad: 0.3 }],
  ])("%s", (_convention, pose) => {
    const frontal = photographed({ yawRad: 0, pitchRad: 0, rollRad: 0 }, 10, [0, 0]);
    const turned = photographed(pose, 10, [0, 0]);
    const [noseX, noseY] = [turned[6] ?? Number.NaN, turned[7] ?? Number.NaN];
    if (pose.yawRad > 0) expect(noseX).toBeGreaterThan(frontal[6] ?? Number.NaN);
    if (pose.pitchRad > 0) expect(noseY).toBeLessThan(frontal[7] ?? Number.NaN);
    // Clockwise: the point at the left of the image goes up.
    if (pose.rollRad > 0) expect(turned[1]).toBeLessThan(frontal[1] ?? Number.NaN);
    expect(headPoseOf(fitToCanonical(turned, canonical).rotation)).toEqual({
      yawRad: expect.closeTo(pose.yawRad, 9),
      pitchRad: expect.closeTo(pose.pitchRad, 9),
      rollRad: expect.closeTo(pose.rollRad, 9),
    });
  });
});
