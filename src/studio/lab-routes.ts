import { basename, extname } from "node:path";
import { Hono } from "hono";
import { z } from "zod";
import { openEvaluation } from "../compose/evaluation.ts";
import { FaceId } from "../domain/measurement.ts";
import { stimulusRows } from "../evaluation/report/stimulus-rows.ts";
import { type CallRecord, failuresInWords } from "../evaluation/runner/call-record.ts";
import { labNames } from "../lab/lab-images.ts";
import { targetFace } from "../lab/scene.ts";
import { cutPortraits } from "../measuring/cut-portraits.ts";
import { reversiblyVisible, spelledBack } from "../platform/visible-text.ts";
import { labInto, resumeInto } from "./evaluation-jobs.ts";
import { imageFolders, imagesIn } from "./folder-images.ts";
import { pageAddress } from "./page-address.ts";
import { asked, message } from "./requests.ts";
import { LABS, nextRunFolder } from "./result-folders.ts";
import { createScoredRuns, imagesOfRun } from "./scored-runs.ts";
import type { Studio } from "./studio.ts";

const MOST_IMAGES = 50;

/** Its fields are those of `LabOrder`. */
const LabMessage = z.strictObject({
  images: z.array(z.string().min(1)).min(1).max(MOST_IMAGES),
  /** Whose face is asked about, by the image's place in the list; `null` is the largest. */
  faces: z.array(FaceId.nullable()),
  hide: z.enum(["faces", "people"]),
  mask: z.enum(["fill", "gray", "blur", "pixels"]),
  repeats: z.number().int().min(1).max(100),
  context: z.string().trim().min(1).max(20_000).optional(),
  swap: z.string().min(1).optional(),
  neutral: z.string().min(1).optional(),
  mirrored: z.literal(true).optional(),
  model: z.string().trim().min(1).max(200).optional(),
  allowRemote: z.literal(true).optional(),
});

const PORTRAIT_PX = 160;

/** The context lab: images with and without their context, each shown to the model. */
export function labRoutes({ folder, jobs, findRuns }: Studio): Hono {
  const routes = new Hono();
  const scored = createScoredRuns();

  routes.get("/labs", async (c) => {
    const labs = (await findRuns()).filter(({ command }) => command === "lab");
    return c.json({ labs, folders: await imageFolders(folder.root) });
  });

  routes.get("/images-in", async (c) =>
    c.json({ images: await imagesIn(folder.root, await folder.place(spelledBack(asked(c, "folder")))) }),
  );

  routes.get("/faces", async (c) => {
    const place = await folder.place(spelledBack(asked(c, "image")));
    const opened = openEvaluation({ evalFilePath: "lab.eval.yaml", stimuliFolder: "stimuli" });
    try {
      const faces = await opened.facesIn(place, c.req.raw.signal);
      const boxes = faces.map(({ faceId, box }) => ({ id: faceId, path: place, box }));
      const portraits = await cutPortraits(boxes, { sidePx: PORTRAIT_PX, square: true }, c.req.raw.signal);
      return c.json({
        faces: faces.map(({ faceId }) => ({ faceId, portrait: dataAddress(portraits.get(faceId)) })),
        largest: targetFace(faces, null)?.faceId ?? null,
      });
    } finally {
      await opened.close();
    }
  });

  routes.post("/labs", async (c) => {
    const { images, faces, swap, neutral, ...order } = await message(c, LabMessage);
    const paths = images.map(spelledBack);
    const others = {
      ...(swap === undefined ? {} : { swap: spelledBack(swap) }),
      ...(neutral === undefined ? {} : { neutral: spelledBack(neutral) }),
    };
    for (const path of [...paths, ...Object.values(others)]) await folder.place(path);
    const names = labNames(paths);
    const named = faces.flatMap((face, i) =>
      face === null ? [] : [paths.length === 1 ? face : `${names[i]}=${face}`],
    );
    const [first = ""] = paths;
    const run = await nextRunFolder(folder.root, LABS, basename(first, extname(first)));
    const about = { kind: "lab", title: basename(run), address: pageAddress("lab", reversiblyVisible(run)) };
    const whole = { ...order, ...others, images: paths, ...(named.length === 0 ? {} : { faces: named }) };
    return c.json({ job: jobs.start(about, (tell, signal) => labInto(folder, run, whole, tell, signal)) });
  });

  routes.post("/labs/resume", async (c) => {
    const { run } = await message(c, z.strictObject({ run: z.string().min(1) }));
    await folder.placeOfRun(spelledBack(run));
    const address = pageAddress("lab", run);
    const about = { kind: "lab", title: basename(run), address };
    const start = () => jobs.start(about, (tell, signal) => resumeInto(folder, spelledBack(run), tell, signal));
    return c.json({ job: jobs.underWayAt(address) ?? start() });
  });

  routes.get("/lab", async (c) => {
    const path = asked(c, "path");
    const place = await folder.placeOfRun(spelledBack(path));
    const run = (await findRuns()).find((each) => each.path === path);
    const found = await scored.of(place);
    if (found === null) return c.json({ run: run ?? null, result: null });
    const { contextEffects, records, file } = found;
    const images = await imagesOfRun(folder, found);
    const rows = await stimulusRows(found, images.thumbnail);
    const isWhole = rows.length === found.run.samples.length;
    return c.json({
      run: run ?? null,
      result: {
        rows,
        conditions: contextEffects.map(({ condition }) => condition),
        effects: contextEffects.map(({ effects }) => effects.map(({ sentence }) => sentence)),
        model: file.matrix.models.join(", "),
        context: found.run.samples[0]?.context ?? null,
        failures: [
          ...unmadeInWords(isWhole ? records : []),
          ...failuresInWords(isWhole ? records.map(({ cell, failure }) => ({ cell, failure })) : records),
        ],
        fixed: found.fixed,
      },
    });
  });
  return routes;
}

/** Where every stimulus is seen, why one could not be made stands in its place. */
function unmadeInWords(records: readonly Pick<CallRecord, "notShown">[]): readonly string[] {
  const unmade = records.filter(({ notShown }) => notShown !== undefined).length;
  if (unmade === 0) return [];
  return [`${unmade} of ${records.length} stimuli cannot be made of these images: in place of each stands why.`];
}

function dataAddress(jpeg: Uint8Array | undefined): string | null {
  return jpeg === undefined ? null : `data:image/jpeg;base64,${Buffer.from(jpeg).toString("base64")}`;
}
