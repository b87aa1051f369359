import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boxOverlap, clipBox } from "../../src/domain/geometry.ts";
import type { DecodedImage } from "../../src/domain/image.ts";
import { FaceMeasurement, type Scale, ToolboxId } from "../../src/domain/measurement.ts";
import type { FerToolbox } from "../../src/ports/fer-toolbox.ts";

export interface ToolboxUnderTest {
  readonly toolbox: FerToolbox;
  /** Two images with at least one face each, not the same. */
  readonly faces: readonly [DecodedImage, DecodedImage];
  /** An image without any face. */
  readonly noFace: DecodedImage;
}

const RANGES: Readonly<Record<Scale, readonly [number, number]>> = {
  probability: [0, 1],
  "intensity-0-5": [0, 5],
  "percent-0-100": [0, 100],
  binary: [0, 1],
  "log-odds": [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
};
/** Toolboxes print two to six decimals. */
const ROUNDING = 1e-3;

/** What every toolbox must do, run in this process or as a program. `open` is called once; the suite closes it. */
export function describeFerToolbox(name: string, open: () => Promise<ToolboxUnderTest>): void {
  describe(`${name} as a FER toolbox`, () => {
    let tested: ToolboxUnderTest;
    /** The two images, each measured alone: a toolbox that is a program starts for each. */
    let measured: readonly [readonly FaceMeasurement[], readonly FaceMeasurement[]];
    beforeAll(async () => {
      tested = await open();
      const [first, second] = tested.faces;
      measured = [await tested.toolbox.measure(first), await tested.toolbox.measure(second)];
    });
    afterAll(() => tested.toolbox.close());

    it("has an id with a version and says what it can measure", () => {
      expect(ToolboxId.safeParse(tested.toolbox.id).success).toBe(true);
      expect(tested.toolbox.supports.actionUnits.length).toBeGreaterThan(0);
    });

    it("gives measurements that fit the schema, under its own id", () => {
      for (const faces of measured) {
        expect(faces.length).toBeGreaterThan(0);
        for (const face of faces) {
          expect(() => FaceMeasurement.parse(face)).not.toThrow();
          expect(face.toolbox).toBe(tested.toolbox.id);
          expect(new Set(face.actionUnits.map(({ toolbox }) => toolbox))).toEqual(new Set([tested.toolbox.id]));
        }
      }
    });

    it("measures only what it says it supports, on the scale that it says, within that scale", () => {
      const known = new Map(tested.toolbox.supports.actionUnits.map((unit) => [`${unit.au} ${unit.scale}`, unit]));
      const units = measured[0].flatMap(({ actionUnits }) => actionUnits);
      for (const { au, scale, side, value } of units) {
        const [low, high] = RANGES[scale];
        expect(known.has(`${au} ${scale}`), `${au} on ${scale}`).toBe(true);
        if (side !== "both") expect(known.get(`${au} ${scale}`)?.sides, `${au} ${side}`).toBe(true);
        expect(value, au).toBeGreaterThanOrEqual(low - ROUNDING);
        expect(value, au).toBeLessThanOrEqual(high + ROUNDING);
      }
    });

    it("gives each action unit once per side and scale", () => {
      for (const { actionUnits } of measured[0]) {
        const keys = actionUnits.map(({ au, side, scale }) => `${au} ${side} ${scale}`);
        expect(new Set(keys).size).toBe(keys.length);
      }
    });

    it("gives expressions as distributions that sum to 1, with supported labels", () => {
      const labels = new Set(tested.toolbox.supports.expressions);
      const readings = measured[0].flatMap(({ expressions }) => expressions);
      for (const { distribution } of readings) {
        expect(distribution.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 1);
        expect(distribution.filter(({ label }) => !labels.has(label))).toEqual([]);
      }
    });

    it("draws boxes that lie mostly in the image", () => {
      const [image] = tested.faces;
      for (const { box } of measured[0]) {
        const inside = clipBox(box, image);
        expect(inside === undefined ? 0 : boxOverlap(inside, box)).toBeGreaterThan(0.3);
      }
    });

    it("says the same of the same image twice", async () => {
      expect(await tested.toolbox.measure(tested.faces[0])).toEqual(measured[0]);
    });

    it("keeps images apart that are measured at once, whatever the order", async () => {
      const [first, second] = tested.faces;
      const images = [first, second, tested.noFace, second, first];
      const together = await Promise.all(images.map((image) => tested.toolbox.measure(image)));
      expect(together).toEqual([measured[0], measured[1], [], measured[1], measured[0]]);
    });

    it("finds no face where there is none, which is an empty list", async () => {
      expect(await tested.toolbox.measure(tested.noFace)).toEqual([]);
    });

    it("stops when it is told to, and can be used afterwards", async () => {
      await expect(tested.toolbox.measure(tested.faces[0], AbortSignal.abort())).rejects.toThrow(/abort/i);
      const controller = new AbortController();
      const underway = tested.toolbox.measure(tested.faces[0], controller.signal);
      controller.abort();
      await expect(underway).rejects.toThrow(/abort/i);
      expect((await tested.toolbox.measure(tested.faces[0])).length).toBeGreaterThan(0);
    });
  });
}
