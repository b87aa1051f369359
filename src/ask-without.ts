import { type AskQuery, ask } from "./ask.ts";
import type { AskDependencies } from "./ask-dependencies.ts";
import { openedImage } from "./ask-input.ts";
import { ConfigurationError } from "./domain/errors.ts";
import type { EvidenceItem } from "./domain/evidence.ts";
import type { PixelBox } from "./domain/geometry.ts";
import type { DecodedImage } from "./domain/image.ts";
import type { Report } from "./domain/report.ts";
import { fillHole } from "./lab/fill-hole.ts";
import { boxMask, overFullSize, softened } from "./lab/mask.ts";
import { rasterOf } from "./lab/raster.ts";
import { type Changed, readingChanges } from "./pages/report-difference.ts";
import { viewOf } from "./pages/view-report.ts";
import { sha256 } from "./platform/hash.ts";
import type { SceneObserver } from "./ports/scene-observer.ts";

/** One question about an image as it is and as it would be without an object. */
export interface Counterfactual {
  /** The object as the scene's network calls it. */
  readonly object: string;
  /** The evidence that was taken away with it. */
  readonly removed: readonly EvidenceItem[];
  readonly whole: Report;
  readonly without: Report;
  /** The image without it. */
  readonly image: DecodedImage;
  /** What that changed, for each person and the scene. */
  readonly changes: readonly Changed[];
}

/** A filled place is wider than the object's box by this share of its longer side, and its edge as soft. */
const GROW = 0.04;

/**
 * Asks twice: about the image, and about the image with every object of a name filled in from around it and no evidence of it
 * left. Faces are never filled over, so that an object in front of one stays there in part.
 *
 * @throws {ConfigurationError} if no object of that name was found, or it takes up too much of the image.
 */
export async function askWithout(
  query: AskQuery,
  object: string,
  dependencies: AskDependencies,
  signal?: AbortSignal,
): Promise<Counterfactual> {
  const original = await openedImage(query, signal);
  const whole = await ask({ ...query, image: original }, dependencies, signal);
  const removed = whole.evidence.filter((item) => isNamed(item, object));
  const [first] = removed;
  if (first?.value.type !== "finding") throw notFound(object, whole);
  const boxes = removed.flatMap(({ region }) => region ?? []);
  const image = await withoutBoxes(
    original,
    boxes,
    whole.faces.map(({ box }) => box),
  );
  if (image === null) {
    const why = "it takes up too much of the image to fill its place from the rest";
    throw new ConfigurationError(`Cannot ask without "${object}" as ${why}`);
  }
  const blind = dependencies.observers.map((observer) => blindTo(observer, object));
  const without = await ask({ ...query, image }, { ...dependencies, observers: blind }, signal);
  return {
    ...{ object: first.value.name, removed, whole, without, image },
    changes: readingChanges(viewOf(whole), viewOf(without)),
  };
}

/** Whether an item is an object of this name, in the singular or plural. */
function isNamed({ kind, value }: Pick<EvidenceItem, "kind" | "value">, object: string): boolean {
  const plain = (name: string) =>
    name
      .trim()
      .toLowerCase()
      .replace(/^(an?|the) /, "");
  if (kind !== "object" || value.type !== "finding") return false;
  const [name, wanted] = [plain(value.name), plain(object)];
  return wanted === name || wanted === `${name}s` || wanted === `${name}es`;
}

function notFound(object: string, { evidence }: Report): ConfigurationError {
  const names = evidence.flatMap(({ kind, value }) =>
    kind === "object" && value.type === "finding" ? [value.name] : [],
  );
  const found = names.length === 0 ? "no object was found at all" : `found are ${[...new Set(names)].join(", ")}`;
  return new ConfigurationError(`Cannot ask without "${object}" as none was found in the image: ${found}`);
}

/** A scene observer that does not tell of an object, should it still believe to see it. */
function blindTo(observer: SceneObserver, object: string): SceneObserver {
  return {
    ...observer,
    observe: async (scene, signal) => {
      const items = await observer.observe(scene, signal);
      return items.filter((item) => !isNamed(item, object));
    },
  };
}

async function withoutBoxes(
  original: DecodedImage,
  boxes: readonly PixelBox[],
  faces: readonly PixelBox[],
): Promise<DecodedImage | null> {
  const { raster, scale } = await rasterOf(original);
  const longer = scale * Math.max(...boxes.map(({ widthPx, heightPx }) => Math.max(widthPx, heightPx)));
  const objects = await softened(boxMask(raster, boxes, scale), { growPx: GROW * longer, featherPx: 2 });
  const kept = boxMask(raster, faces, scale);
  const mask = {
    ...objects,
    values: objects.values.map((value, i) => Math.min(value, 1 - (kept.values[i] as number))),
  };
  const filled = fillHole(raster, { mask, avoid: mask, seed: 1 });
  if (filled === null) return null;
  const { rgb } = await overFullSize(original, filled, mask);
  return { ...original, rgb, sha256: sha256(rgb) };
}
