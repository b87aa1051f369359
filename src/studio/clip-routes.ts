import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { Hono } from "hono";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { PixelBox } from "../domain/geometry.ts";
import { endingOf } from "../measuring/folder-files.ts";
import { VIDEO_ENDINGS } from "../measuring/image-format.ts";
import type { ImageRecord } from "../measuring/measurement-json.ts";
import { renderView } from "../measuring/render-view.ts";
import { systemPath } from "../platform/system-path.ts";
import { reversiblyVisible, spelledBack } from "../platform/visible-text.ts";
import { openStudyPeople, readMarkers, readPeople, writeMarkers, writePeople } from "../study/clip-notes.ts";
import { clipsOverTime } from "../study/clip-timelines.ts";
import { faceKey, readExclusions } from "../study/exclusions.ts";
import { readImageRecords } from "../study/imported-study.ts";
import { MOST_FRAMES } from "../study/measure-clip.ts";
import { addToCategory } from "./exemplars.ts";
import { drawFrame, frameOfClip } from "./face-portraits.ts";
import { placeOfRow } from "./opened-study.ts";
import { asked, message } from "./requests.ts";
import { FRAMES } from "./result-folders.ts";
import type { Studio } from "./studio.ts";

const Name = z.string().trim().min(1).max(80);
const Seconds = z.number().min(0);
const Clip = { study: z.string().min(1), clip: z.string().min(1) };
const MOST_NOTES = 5_000;
/** Longest side of a frame in a timeline. */
const FRAME_SIDE_PX = 480;

const PeopleMessage = z.strictObject({
  ...Clip,
  people: z.array(z.strictObject({ trackId: Name, fromFrame: z.number().int().min(0), person: Name })).max(MOST_NOTES),
});
const MarkersMessage = z.strictObject({
  ...Clip,
  markers: z
    .array(z.strictObject({ lane: Name, fromS: Seconds, toS: Seconds.nullable(), label: z.string().trim().max(400) }))
    .max(MOST_NOTES),
});
const ExcludeMessage = z.strictObject({
  ...Clip,
  ...{ fromS: Seconds, toS: Seconds },
  /** `null` counts them again. */
  reason: z.string().trim().min(1).max(1_000).nullable(),
});

const ExemplarMessage = z.strictObject({
  ...Clip,
  ...{ atS: Seconds, box: PixelBox },
  category: z.string().trim().min(1).max(200),
  role: z.enum(["instance", "counter"]),
  why: z.string().trim().min(1).max(20_000).nullable(),
});

/** Its frames stand together. */
async function* ofClip(records: AsyncIterable<ImageRecord>, clip: string): AsyncGenerator<ImageRecord> {
  let isThere = false;
  for await (const record of records) {
    if (record.path === clip) {
      isThere = true;
      yield record;
    } else if (isThere) return;
  }
}

/** Kinds that browsers may play; whether they can is theirs to say. */
const TYPES: Readonly<Record<string, string>> = {
  webm: "video/webm",
  mov: "video/quicktime",
  mkv: "video/x-matroska",
  ogv: "video/ogg",
};

/** Clips of studies: played, with who is in them, what happens in them and what of them is not to count. */
export function clipRoutes({ desk, folder }: Studio): Hono {
  const routes = new Hono();

  routes.get("/clip", async (c) => {
    const study = await desk.open(asked(c, "study"));
    const clip = asked(c, "clip");
    const [people, markers] = await Promise.all([readPeople(study.place), readMarkers(study.place)]);
    const gone = await desk.placeOf(study, clip).then(
      () => null,
      (error: Error) => error.message,
    );
    return c.json({
      people: people.filter(({ path }) => path === clip),
      markers: markers.filter(({ path }) => path === clip),
      gone,
    });
  });

  routes.get("/clip/timeline", async (c) => {
    const { place } = await desk.open(asked(c, "study"));
    const clip = asked(c, "clip");
    const records = ofClip(readImageRecords(place), spelledBack(clip));
    for await (const { view } of clipsOverTime(records, await openStudyPeople(place))) return c.json({ view });
    return c.json({ view: null, mostFrames: MOST_FRAMES });
  });

  routes.get("/clip/frame", async (c) => {
    const place = await desk.placeOf(await desk.open(asked(c, "study")), asked(c, "clip"));
    const image = await frameOfClip(place, Number(asked(c, "at")), c.req.raw.signal);
    const { data, mimeType } = await renderView(image, { caption: "", maxSidePx: FRAME_SIDE_PX });
    const headers = { "Content-Type": mimeType, "Cache-Control": "private, max-age=60" };
    return c.body(data as Uint8Array<ArrayBuffer>, 200, headers);
  });

  routes.get("/clip/video", async (c) => {
    const study = await desk.open(asked(c, "study"));
    const clip = asked(c, "clip");
    const ending = endingOf(clip);
    if (!VIDEO_ENDINGS.includes(ending)) throw new ConfigurationError(`Cannot play what is no clip: \`${clip}\``);
    const place = await desk.placeOf(study, clip);
    const { size } = await stat(systemPath(place));
    const headers = {
      "Content-Type": TYPES[ending] ?? "video/mp4",
      "Accept-Ranges": "bytes",
      "Cache-Control": "private, no-cache",
    };
    const range = rangeIn(c.req.header("range"), size);
    if (range === null) return c.body(null, 416, { ...headers, "Content-Range": `bytes */${size}` });
    const [start, end] = range ?? [0, size - 1];
    const body = Readable.toWeb(createReadStream(systemPath(place), { start, end })) as ReadableStream;
    const length = { "Content-Length": String(end - start + 1) };
    if (range === undefined) return c.body(body, 200, { ...headers, ...length });
    return c.body(body, 206, { ...headers, ...length, "Content-Range": `bytes ${start}-${end}/${size}` });
  });

  routes.post("/clip/people", async (c) => {
    const { study, clip, people } = await message(c, PeopleMessage);
    const { place } = await desk.open(study);
    await folder.inTurn(async () => {
      const others = (await readPeople(place)).filter(({ path }) => path !== clip);
      await writePeople(place, [...others, ...people.map((one) => ({ path: clip, ...one }))]);
    });
    return c.json({});
  });

  routes.post("/clip/markers", async (c) => {
    const { study, clip, markers } = await message(c, MarkersMessage);
    const { place } = await desk.open(study);
    await folder.inTurn(async () => {
      const others = (await readMarkers(place)).filter(({ path }) => path !== clip);
      await writeMarkers(place, [...others, ...markers.map((one) => ({ path: clip, ...one }))]);
    });
    return c.json({});
  });

  routes.post("/clip/exemplars", async (c) => {
    const { study, clip, atS, box, category, ...label } = await message(c, ExemplarMessage);
    const into = join(folder.root, FRAMES);
    const image = await drawFrame(await desk.placeOf(await desk.open(study), clip), atS, into);
    const named = { ...label, category: spelledBack(category), definition: null };
    await folder.inTurn(() => addToCategory([{ image, face: { box } }], named, c.req.raw.signal));
    return c.json({ image: reversiblyVisible(relative(folder.root, image).split(sep).join("/")) });
  });

  routes.post("/clip/exclude", async (c) => {
    const { study: path, clip, fromS, toS, reason } = await message(c, ExcludeMessage);
    const study = await desk.open(path);
    const rows = await desk.rows(study);
    const excluded = new Set((await readExclusions(study.place)).map(faceKey));
    const chosen: number[] = [];
    for (let row = 0; row < rows.count; row++) {
      const at = rows.number("timestamp_s", row);
      // Times are held with seven digits.
      if (rows.text("path", row) !== clip || !(at >= fromS - 1e-3 && at <= toS + 1e-3)) continue;
      // Who was excluded for another reason stays so.
      if (reason === null || !excluded.has(faceKey(placeOfRow(rows, row)))) chosen.push(row);
    }
    await desk.exclude(study, chosen, reason);
    return c.json({ faces: chosen.length });
  });
  return routes;
}

/** First and last byte that are asked for; `undefined` for all, `null` where there are no such bytes. */
function rangeIn(header: string | undefined, size: number): readonly [number, number] | null | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return start > end ? null : [start, end];
}
