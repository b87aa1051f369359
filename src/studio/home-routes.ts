import { Hono } from "hono";
import { judgesAtHand } from "../compose/judges.ts";
import { SAMPLE_CONTEXT, sampleImage } from "../compose/sample.ts";
import { packageVersion } from "../platform/package-paths.ts";
import { readBytes } from "../platform/read-file.ts";
import type { Studio } from "./studio.ts";

/** Where one begins: what is in the folder, which judges are at hand, and a sample. */
export function homeRoutes({ folder, findRuns }: Studio): Hono {
  const routes = new Hono();
  routes.get("/home", async (c) => c.json({ folder: folder.root, version: packageVersion(), runs: await findRuns() }));
  routes.get("/judges", async (c) => c.json(await judgesAtHand(c.req.raw.signal)));
  routes.post("/sample", async (c) => {
    const body = new Blob([Uint8Array.from(await readBytes(sampleImage()))]).stream();
    const image = await folder.keepImage({ name: "sample.jpg", group: null, length: null, body });
    return c.json({ image, context: SAMPLE_CONTEXT });
  });
  return routes;
}
