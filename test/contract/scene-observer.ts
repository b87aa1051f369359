import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EvidenceItem } from "../../src/domain/evidence.ts";
import { clipBox } from "../../src/domain/geometry.ts";
import type { DecodedImage } from "../../src/domain/image.ts";
import type { Face } from "../../src/domain/measurement.ts";
import type { SceneObserver } from "../../src/ports/scene-observer.ts";

export interface ObserverUnderTest {
  readonly observer: SceneObserver;
  /** Two images, not the same, with the faces found in them. */
  readonly scenes: readonly [Scene, Scene];
  /** An image in which there is nothing. */
  readonly empty: DecodedImage;
}

interface Scene {
  readonly image: DecodedImage;
  readonly faces: readonly Face[];
}

/** What every observer must do. `open` is called once; the suite closes it. */
export function describeSceneObserver(name: string, open: () => Promise<ObserverUnderTest>): void {
  describe(`${name} as a scene observer`, () => {
    let tested: ObserverUnderTest;
    beforeAll(async () => {
      tested = await open();
    });
    afterAll(() => tested.observer.close());

    it("has an id with a version and names its networks by their bytes", () => {
      expect(tested.observer.id).toMatch(/^[a-z][a-z0-9-]*@\S+$/);
      for (const { sha256 } of tested.observer.networks) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    });

    it("gives items that the ledger takes, about the faces that it was given, with regions inside the image", async () => {
      for (const scene of tested.scenes) {
        const known = scene.faces.map(({ faceId }) => faceId);
        for (const item of await tested.observer.observe(scene)) {
          expect(EvidenceItem.safeParse({ id: "E1", ...item }).error?.issues ?? []).toEqual([]);
          if (item.faceId !== null) expect(known).toContain(item.faceId);
          if (item.region !== null) expect(clipBox(item.region, scene.image)).toBeDefined();
        }
      }
    });

    it("says everything in one sentence, with a source that has a version", async () => {
      for (const { statement, source } of await tested.observer.observe(tested.scenes[0])) {
        expect(statement).not.toMatch(/\n/);
        expect(source.name).toMatch(/@/);
      }
    });

    it("says the same of the same scene, whatever it looks at meanwhile", async () => {
      const [first, second] = tested.scenes;
      const alone = [await tested.observer.observe(first), await tested.observer.observe(second)];
      const together = await Promise.all([second, first].map((scene) => tested.observer.observe(scene)));
      expect(together).toEqual([alone[1], alone[0]]);
    });

    it("finds nothing in an empty image, and does not fail on it", async () => {
      const items = await tested.observer.observe({ image: tested.empty, faces: [] });
      expect(items.filter(({ value }) => value.type !== "not-measured")).toEqual([]);
    });

    it("stops when it is told to, and can be used afterwards", async () => {
      const [scene] = tested.scenes;
      await expect(tested.observer.observe(scene, AbortSignal.abort())).rejects.toThrow(/abort/i);
      const controller = new AbortController();
      const underway = tested.observer.observe(scene, controller.signal);
      controller.abort();
      await expect(underway).rejects.toThrow(/abort/i);
      expect((await tested.observer.observe(scene)).length).toBeGreaterThan(0);
    });
  });
}
