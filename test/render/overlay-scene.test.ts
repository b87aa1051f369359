import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { EvidenceItem } from "../../src/domain/evidence.ts";
import { renderOverlay } from "../../src/render/overlay.ts";
import { face, findingEvidence, ledgerOf, type NewEvidence } from "../support/builders.ts";
import { gradientImage } from "../support/images.ts";

const PICTURE = gradientImage(1200, 900);
const FACES = [
  { ...face({}, { faceId: "F1" }), box: { leftPx: 200, topPx: 100, widthPx: 80, heightPx: 100 } },
  { ...face({}, { faceId: "F2" }), box: { leftPx: 800, topPx: 100, widthPx: 80, heightPx: 100 } },
];

function itemsOf(...items: NewEvidence[]): readonly EvidenceItem[] {
  return ledgerOf(...items).items();
}

/** Share of pixels within a box that the evidence changes. */
async function changed(
  evidence: readonly EvidenceItem[],
  box: { left: number; top: number; width: number; height: number },
) {
  const [plain, drawn] = await Promise.all(
    [{}, { evidence }].map(async (options) => {
      const overlay = await renderOverlay(PICTURE, FACES, options);
      return sharp(overlay).extract(box).removeAlpha().raw().toBuffer();
    }),
  );
  if (plain === undefined || drawn === undefined) throw new Error("Two images were drawn");
  let count = 0;
  for (let at = 0; at < plain.length; at += 3) {
    const apart = [0, 1, 2].map((channel) => Math.abs((plain[at + channel] ?? 0) - (drawn[at + channel] ?? 0)));
    if (Math.max(...apart) > 24) count++;
  }
  return count / (plain.length / 3);
}

function joints(score: number): NewEvidence {
  const place = { kind: "posture", faceId: "F1", region: null, statement: "A body" } as const;
  const points = [
    { name: "left shoulder", xPx: 500, yPx: 500, score: 0.9 },
    { name: "left elbow", xPx: 700, yPx: 500, score },
  ];
  return {
    ...place,
    value: { type: "points", points },
    source: { type: "network", name: "human-movenet-lightning@3.3.6" },
  };
}

const ALONG_THE_ARM = { left: 540, top: 495, width: 120, height: 10 };

describe("the annotated image", () => {
  it("outlines objects with their names, and leaves their inside as it is", async () => {
    const region = { leftPx: 500, topPx: 600, widthPx: 200, heightPx: 150 };
    const cake = itemsOf({ ...findingEvidence("object", "cake"), region });
    expect(await changed(cake, { left: 498, top: 640, width: 4, height: 60 })).toBeGreaterThan(0.2);
    expect(await changed(cake, { left: 500, top: 583, width: 60, height: 14 })).toBeGreaterThan(0.5);
    expect(await changed(cake, { left: 520, top: 620, width: 160, height: 110 })).toBe(0);
  });

  it("does not box a person whose face it outlines already", async () => {
    const region = { leftPx: 150, topPx: 60, widthPx: 200, heightPx: 800 };
    const known = itemsOf({ ...findingEvidence("object", "person"), region });
    const stranger = itemsOf({ ...findingEvidence("object", "person"), region: { ...region, leftPx: 500 } });
    const edge = (left: number) => ({ left, top: 500, width: 4, height: 200 });
    expect(await changed(known, edge(148))).toBe(0);
    expect(await changed(stranger, edge(498))).toBeGreaterThan(0.2);
  });

  it("draws a bone between joints that are seen, and none to a joint that is guessed", async () => {
    expect(await changed(itemsOf(joints(0.9)), ALONG_THE_ARM)).toBeGreaterThan(0.3);
    expect(await changed(itemsOf(joints(0.2)), ALONG_THE_ARM)).toBe(0);
  });

  it("draws a line of sight to the face that is looked at, and none toward the camera", async () => {
    const between = { left: 400, top: 120, width: 300, height: 20 };
    const look = itemsOf(findingEvidence("relation", "looks at", { faceId: "F1", to: ["F2"] }));
    expect(await changed(look, between)).toBeGreaterThan(0.01);
    expect(await changed(itemsOf(findingEvidence("relation", "looks at camera", { faceId: "F1" })), between)).toBe(0);
  });
});
