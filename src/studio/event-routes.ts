import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { Studio } from "./studio.ts";

/** So that a connection of which nothing is heard is known to live. */
const HEARTBEAT_MS = 20_000;

/** What is under way and what changes in the folder, told to every open page as it happens. */
export function eventRoutes({ jobs, folder }: Studio): Hono {
  const routes = new Hono();
  routes.get("/jobs", (c) => c.json({ jobs: jobs.list() }));
  routes.post("/jobs/:id/stop", (c) => c.json({ stopped: jobs.stop(c.req.param("id")) }));
  routes.get("/events", (c) =>
    streamSSE(c, async (stream) => {
      let changed = true;
      let wake = () => {};
      const listen = () => {
        changed = true;
        wake();
      };
      const ends = [jobs.subscribe(listen), folder.subscribe(listen)];
      stream.onAbort(listen);
      // Changes that come faster than they are taken are told as one: each message is the whole state.
      while (!stream.aborted) {
        if (changed) {
          changed = false;
          await stream.writeSSE({ data: JSON.stringify({ jobs: jobs.list(), version: folder.version() }) });
        }
        const beat = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(true), HEARTBEAT_MS);
          wake = () => {
            clearTimeout(timer);
            resolve(false);
          };
          if (changed) wake();
        });
        if (beat) await stream.writeSSE({ event: "beat", data: "" });
      }
      for (const end of ends) end();
    }),
  );
  return routes;
}
