import { afterAll, describe, expect, it } from "vitest";
import { createMeshToolbox } from "../../src/adapters/mesh/mesh-toolbox.ts";
import type { NewEvidence } from "../../src/domain/evidence.ts";
import type { PixelBox } from "../../src/domain/geometry.ts";
import type { DecodedImage } from "../../src/domain/image.ts";
import type { Face, FaceMeasurement } from "../../src/domain/measurement.ts";
import { evidenceOfFace } from "../../src/evidence/face-evidence.ts";
import { decodeImage } from "../../src/measuring/decode-image.ts";
import { csvHeader, measurementColumns } from "../../src/measuring/measurement-columns.ts";
import { rememberToolbox } from "../../src/measuring/measurement-store.ts";
import {
  mirroredIdentity,
  mirroredImport,
  mirroredObserver,
  mirroredToolbox,
  unmirrored,
} from "../../src/measuring/mirrored.ts";
import { createContentStore } from "../../src/platform/content-store.ts";
import type { FerToolbox } from "../../src/ports/fer-toolbox.ts";
import { face } from "../support/builders.ts";
import { samplePhoto } from "../support/photos.ts";
import { tempFolder } from "../support/temp-folder.ts";

const mesh = await createMeshToolbox({ workers: 1 });
afterAll(() => mesh.close());

const across = ({ leftPx, ...box }: PixelBox, { widthPx }: DecodedImage) => ({
  ...box,
  leftPx: widthPx - leftPx - box.widthPx,
});
const withoutPlace = ({ box: _box, landmarks: _landmarks, mirrored: _mirrored, ...rest }: FaceMeasurement) => rest;
const leftToRight = (measured: readonly FaceMeasurement[]) => [...measured].sort((a, b) => a.box.leftPx - b.box.leftPx);

describe("an image that is declared mirrored", () => {
  it("gives what the unmirrored one gives, sides, angles and gaze, with boxes where they are in the image", async () => {
    const truth = await decodeImage(samplePhoto(3));
    const selfie = unmirrored(truth); // turning round is its own reverse
    const expected = leftToRight(await mesh.measure(truth)).reverse();
    const measured = leftToRight(await mirroredToolbox(mesh).measure(selfie));
    expect(measured).toHaveLength(3);
    expect(measured.map(withoutPlace)).toEqual(expected.map(withoutPlace));
    expect(measured.every(({ mirrored }) => mirrored === true)).toBe(true);
    for (const [i, { box, landmarks }] of measured.entries()) {
      const there = across(expected[i]?.box as PixelBox, truth);
      expect(box.leftPx).toBeCloseTo(there.leftPx, 6);
      expect(landmarks?.[61]?.[0]).toBeCloseTo(truth.widthPx - (expected[i]?.landmarks?.[61]?.[0] ?? 0), 6);
    }
    // Undeclared, the mirror's left is taken for the subject's.
    const plain = leftToRight(await mesh.measure(selfie));
    expect(plain[0]?.headPose?.yawRad).toBeCloseTo(-(measured[0]?.headPose?.yawRad ?? 0), 1);
  });

  it("is told in the words of the subject, in a column, and in a warning", async () => {
    const [one] = face({}).measurements;
    if (one === undefined) throw new RangeError("The face is measured");
    const turned = { ...one, headPose: { yawRad: 0.4, pitchRad: 0, rollRad: 0.3 }, gaze: null };
    const said = (mirrored: boolean) =>
      evidenceOfFace({ ...face({}), measurements: [mirrored ? { ...turned, mirrored: true } : turned] }, []).find(
        ({ kind }) => kind === "head-pose",
      )?.statement;
    expect(said(false)).toContain("toward the right edge of the image, tilted 17 degrees clockwise as seen");
    expect(said(true)).toContain("toward the subject's left, tilted 17 degrees toward the subject's left");
    const declared = mirroredToolbox(mesh);
    expect(csvHeader(measurementColumns([declared]))).toContain(",mirrored,");
    expect(csvHeader(measurementColumns([mesh]))).not.toContain(",mirrored,");
    expect(declared.warnings?.join()).toMatch(/declared mirrored: sides and angles are as others see the person/);
  });

  it("is never given what the store holds of the same image undeclared", async () => {
    const values = createContentStore(await tempFolder(), 1_000_000);
    let measured = 0;
    const counting: FerToolbox = {
      id: "count@1",
      supports: { actionUnits: [], expressions: [] },
      networks: [{ id: "count", sha256: "0" }],
      measure: async () => {
        measured += 1;
        return [];
      },
      close: async () => undefined,
    };
    const remembering = rememberToolbox(counting, { values, fingerprint: "code" });
    const image = { path: "a.png", widthPx: 2, heightPx: 1, rgb: Uint8Array.of(1, 2, 3, 4, 5, 6), sha256: "" };
    await remembering.measure(image);
    await mirroredToolbox(remembering).measure(image);
    await mirroredToolbox(remembering).measure(image);
    expect(measured).toBe(2);
  });

  it("has the scene looked at as others see it, with places put back", async () => {
    const image = { path: "a.png", widthPx: 100, heightPx: 50, rgb: new Uint8Array(100 * 50 * 3), sha256: "" };
    image.rgb[0] = 200;
    const box = { leftPx: 10, topPx: 5, widthPx: 20, heightPx: 20 };
    const seen: { faces: readonly Face[]; lastRed: number }[] = [];
    const region = { leftPx: 60, topPx: 0, widthPx: 30, heightPx: 10 };
    const points = [{ name: "left wrist", xPx: 70, yPx: 5, score: 1 }];
    const item = { kind: "posture", faceId: "F1", region, statement: "s", value: { type: "points", points } };
    const observer = mirroredObserver({
      id: "scene@1",
      networks: [],
      async observe(scene) {
        seen.push({ faces: scene.faces, lastRed: scene.image.rgb[99 * 3] ?? 0 });
        return [{ ...item, source: { type: "network", name: "n" } } as NewEvidence];
      },
      close: async () => undefined,
    });
    const [found] = await observer.observe({ image, faces: [{ ...face({}), box }] });
    expect(seen[0]).toMatchObject({ lastRed: 200, faces: [{ box: { leftPx: 70 } }] });
    expect(found).toMatchObject({ region: { leftPx: 10 }, value: { points: [{ name: "left wrist", xPx: 30 }] } });
  });

  it("tells people apart on the face the right way round", async () => {
    const image = { path: "a.png", widthPx: 100, heightPx: 50, rgb: new Uint8Array(100 * 50 * 3), sha256: "" };
    const asked: Face[] = [];
    const identity = mirroredIdentity({
      network: { id: "i", sha256: "" },
      samePersonUpTo: 1,
      describe: async (_image, one) => {
        asked.push(one);
        return null;
      },
      close: async () => undefined,
    });
    await identity.describe(image, { ...face({}), box: { leftPx: 10, topPx: 0, widthPx: 20, heightPx: 20 } });
    expect(asked[0]?.box.leftPx).toBe(70);
  });

  it("exchanges the sides of what a toolbox measured on it earlier, and leaves its boxes", async () => {
    const box = { leftPx: 10, topPx: 5, widthPx: 20, heightPx: 20 };
    const unit = {
      au: "AU12",
      value: 0.9,
      scale: "probability",
      estimated: true,
      weight: null,
      toolbox: "a@1",
    } as const;
    const [given] = face({}).measurements;
    if (given === undefined) throw new RangeError("The face is measured");
    const measurement: FaceMeasurement = {
      ...given,
      box,
      headPose: { yawRad: 0.2, pitchRad: 0.1, rollRad: -0.3 },
      gaze: { yawRad: -0.1, pitchRad: 0.05 },
      eyeOpenness: { left: 0, right: 1 },
      actionUnits: [
        { ...unit, side: "left" },
        { ...unit, side: "both", value: 0.5 },
      ],
    };
    const imported = mirroredImport({
      id: "a@1",
      supports: { actionUnits: [], expressions: [] },
      networks: [],
      measure: async () => [],
      measureGiven: async () => [measurement],
      close: async () => undefined,
    });
    const image = { path: "a.png", widthPx: 100, heightPx: 50, rgb: new Uint8Array(0), sha256: "" };
    const [exchanged] = (await imported.measureGiven?.(image, [])) ?? [];
    expect(exchanged).toMatchObject({
      box,
      mirrored: true,
      headPose: { yawRad: -0.2, pitchRad: 0.1, rollRad: 0.3 },
      gaze: { yawRad: 0.1, pitchRad: 0.05 },
      eyeOpenness: { left: 1, right: 0 },
    });
    expect(exchanged?.actionUnits.map(({ side, value }) => [side, value])).toEqual([
      ["right", 0.9],
      ["both", 0.5],
    ]);
  });
});
