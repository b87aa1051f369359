import { join, resolve } from "node:path";
import { Hono } from "hono";
import { z } from "zod";
import type { ExpressionSpace } from "../domain/expression-space.ts";
import { PixelBox } from "../domain/geometry.ts";
import { framePlaces } from "../evaluation/dataset/drawn-images.ts";
import { embedMeasured } from "../exemplars/make-exemplar.ts";
import { scoreSimilarity } from "../exemplars/score-similarity.ts";
import type { FaceRecord } from "../measuring/measurement-json.ts";
import type { EmbeddedExemplar } from "../ports/exemplar-store.ts";
import { faceKey, openStudyFilter } from "../study/exclusions.ts";
import { measuredBy, readImageRecords } from "../study/imported-study.ts";
import { addToCategory, categoryBoard, moveExemplars, withStore } from "./exemplars.ts";
import { drawFrame, momentOf } from "./face-portraits.ts";
import type { OpenedStudy } from "./opened-study.ts";
import { asked, jpegOr, message } from "./requests.ts";
import { FRAMES } from "./result-folders.ts";
import type { Studio } from "./studio.ts";

const Label = {
  category: z.string().trim().min(1).max(200),
  role: z.enum(["instance", "counter"]),
};
const AddMessage = z.strictObject({
  study: z.string().min(1),
  faces: z
    .array(z.strictObject({ image: z.string().min(1), atS: z.number().min(0).nullable(), box: PixelBox }))
    .min(1)
    .max(500),
  definition: z.string().trim().min(1).max(4_000).nullable(),
  ...Label,
});
const Ids = z.array(z.string().min(1)).min(1).max(500);
const MoveMessage = z.strictObject({ ids: Ids, ...Label });
const RemoveMessage = z.strictObject({ ids: Ids });

/** A face of a study that can be put into a category. */
export interface TrayFace {
  readonly key: string;
  /** Its image or clip. */
  readonly image: string;
  /** When, in a clip. */
  readonly atS: number | null;
  readonly faceId: string;
  readonly box: PixelBox;
  readonly label: string | null;
  /** The categories that have it, `not ...` for those whose other pile it lies on. */
  readonly held: readonly string[];
  /** How much it is like the category that is asked for, and like everything else; `null` where neither is. */
  readonly like: { readonly similarity: number; readonly contrast: number | null } | null;
}

/** So many faces of a study are offered: whoever looks for one among more, filters them in the study first. */
const MOST_FACES = 5_000;
const SHOWN_FACES = 60;

/** Categories that are built by putting faces into columns; they are those of the store that the commands use. */
export function categoryRoutes({ desk, folder }: Studio): Hono {
  const routes = new Hono();

  routes.get("/category-board", async (c) => c.json(await categoryBoard()));

  routes.get("/exemplar-view", async (c) => {
    const view = await withStore(undefined, async (store) => (await store.get(c.req.query("id") ?? ""))?.view);
    return jpegOr(c, view, "The store keeps no image of this face");
  });

  routes.get("/category-faces", async (c) => {
    const study = await desk.open(asked(c, "study"));
    const like = c.req.query("like") ?? null;
    const { placed, space } = await withStore<Held>({ placed: [], space: null }, async (store) => ({
      placed: await store.placed(),
      space: await store.space(),
    }));
    const { faces, isCut } = await facesOf(study, { placed, space, frames: join(folder.root, FRAMES) }, like);
    const sorted = like === null ? faces : [...faces].sort((a, b) => rank(b) - rank(a));
    const most = Math.max(SHOWN_FACES, Math.min(faces.length, Number(c.req.query("most")) || 0));
    return c.json({ faces: sorted.slice(0, most), total: faces.length, isCut });
  });

  routes.post("/category-faces", async (c) => {
    const { study: path, faces, ...label } = await message(c, AddMessage);
    const study = await desk.open(path);
    const named = await Promise.all(
      faces.map(async ({ image, atS, box }) => {
        const place = await desk.placeOf(study, image);
        const drawn = atS === null ? place : await drawFrame(place, atS, join(folder.root, FRAMES));
        return { image: drawn, face: { box } };
      }),
    );
    const { added, refused } = await folder.inTurn(() =>
      addToCategory(named, { ...label, why: null }, c.req.raw.signal),
    );
    return c.json({ added, refused: refused.map(({ reason }) => reason) });
  });

  routes.post("/exemplars/move", async (c) => {
    const { ids, ...to } = await message(c, MoveMessage);
    await folder.inTurn(() => moveExemplars(ids, to));
    return c.json({});
  });

  routes.post("/exemplars/remove", async (c) => {
    const { ids } = await message(c, RemoveMessage);
    return c.json({ removed: await folder.inTurn(() => withStore(0, (store) => store.remove({ ids }))) });
  });
  return routes;
}

interface Held {
  readonly placed: readonly EmbeddedExemplar[];
  readonly space: ExpressionSpace | null;
}

interface Holding extends Held {
  /** Folder of the frames that were put into categories. */
  readonly frames: string;
}

/** Faces of images and of frames of clips, those left out that the study excludes. */
async function facesOf(study: OpenedStudy, { placed, space, frames }: Holding, like: string | null) {
  const isLike = ({ exemplar }: EmbeddedExemplar) => exemplar.category === like && exemplar.role === "instance";
  const [positives, negatives] = [placed.filter(isLike), placed.filter((each) => !isLike(each))];
  const likeness = (face: FaceRecord): TrayFace["like"] => {
    const vector = space === null ? null : embedMeasured(space, measuredBy(space.toolbox, face).measurements);
    const found =
      vector === null || space === null ? undefined : scoreSimilarity(vector, { space, positives, negatives });
    return found === undefined ? null : { similarity: found.similarity, contrast: found.contrast };
  };
  const held = heldByFace(placed);
  const faces: TrayFace[] = [];
  for await (const { path, image, atS, place, face } of countedFaces(study, frames)) {
    const { faceId, box, expressions } = face;
    if (box === null) continue;
    if (faces.length >= MOST_FACES) return { faces, isCut: true };
    faces.push({
      ...{ key: faceKey(place), image: path, atS, faceId, box, label: likeliest(expressions) },
      held: held.get(faceAt(image, box)) ?? [],
      like: like === null ? null : likeness(face),
    });
  }
  return { faces, isCut: false };
}

/** Every face that counts, with the image that an example made of it names. */
async function* countedFaces(study: OpenedStudy, frames: string) {
  const filter = await openStudyFilter(study.place);
  const imageOf = imagesIn(study, frames);
  for await (const { path, frame, faces } of readImageRecords(study.place)) {
    const atS = frame === undefined ? null : frame.timestampS;
    if (frame !== undefined && atS === null) continue; // imported without a time: it cannot be shown
    const image = await imageOf(path, atS);
    for (const face of faces) {
      const place = { path, frame: frame?.index ?? null, faceId: face.faceId };
      if (filter.keepsFace(place)) yield { path, image, atS, place, face };
    }
  }
}

/** The image that an example made of a face names, by its path and, in a clip, its time. */
function imagesIn(study: OpenedStudy, frames: string) {
  const clips = new Map<string, Promise<(frame: { readonly timeSec: number }) => string>>();
  return async (path: string, atS: number | null): Promise<string> => {
    const place = placeOf(study, path);
    if (atS === null) return place;
    const drawn = clips.get(path) ?? framePlaces(place, frames).catch(() => () => place); // of a clip that is gone
    clips.set(path, drawn);
    return (await drawn)(momentOf(atS));
  };
}

function likeliest([first]: FaceRecord["expressions"]): string | null {
  const [top] = [...(first?.distribution ?? [])].sort((a, b) => b.probability - a.probability);
  return top?.label ?? null;
}

/** Those that are new and most like it first; what cannot be compared last. */
function rank({ like, held }: TrayFace): number {
  if (like === null) return -2;
  return like.similarity - (held.length > 0 ? 1 : 0);
}

function heldByFace(placed: readonly EmbeddedExemplar[]): ReadonlyMap<string, string[]> {
  const held = new Map<string, string[]>();
  for (const { exemplar } of placed) {
    if (exemplar.region === null) continue;
    const at = faceAt(exemplar.image.path, exemplar.region);
    const name = exemplar.role === "instance" ? exemplar.category : `not ${exemplar.category}`;
    held.set(at, [...(held.get(at) ?? []), name]);
  }
  return held;
}

function faceAt(path: string, { leftPx, topPx, widthPx, heightPx }: PixelBox): string {
  return [path, ...[leftPx, topPx, widthPx, heightPx].map((side) => Math.round(side * 10))].join("|");
}

function placeOf({ history }: OpenedStudy, image: string): string {
  return resolve(history.began.workingFolder, image);
}
