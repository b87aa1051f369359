import { Hono } from "hono";
import { z } from "zod";
import { cacheSizes, clearCaches } from "../compose/caches.ts";
import { checkHealth, networksToPull, pullAccepted } from "../compose/health.ts";
import { healthOfProbe, probe } from "../compose/model-probe.ts";
import { modelOptionsOf, modelSettings } from "../compose/model-settings.ts";
import { ConfigurationError } from "../domain/errors.ts";
import type { HealthCheck } from "../domain/health.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import { isUnderWay } from "./jobs.ts";
import { asked, message } from "./requests.ts";
import type { Studio } from "./studio.ts";

/** The licence is shown beside the button, and pressing it without having accepted it fetches nothing. */
const PullMessage = z.strictObject({ download: z.string().min(1), accepted: z.boolean() });

const ProbeMessage = z.strictObject({ model: z.string().trim().min(1).max(200), again: z.boolean() });

/** What `doctor` says, and what can be done about it: networks fetched, judges tried, caches cleared. */
export function healthRoutes({ folder, jobs }: Studio): Hono {
  const routes = new Hono();
  /** Looking for toolboxes starts programs: it is done when the page asks for it, and not with every change. */
  let kept: { readonly turn: string; readonly checks: Promise<readonly HealthCheck[]> } | undefined;

  routes.get("/health", async (c) => {
    const turn = c.req.query("turn") ?? "";
    if (kept?.turn !== turn) kept = { turn, checks: checkHealth() };
    return c.json({ checks: await kept.checks, pulls: await networksToPull() });
  });

  /** What judges did when they were tried, since the studio was opened. */
  const tried = new Map<string, { readonly checks: readonly HealthCheck[]; readonly kept: boolean }>();

  routes.get("/models/probe", (c) => c.json({ tried: tried.get(asked(c, "model")) ?? null }));

  routes.post("/models/probe", async (c) => {
    const { model, again } = await message(c, ProbeMessage);
    const settings = await modelSettings({ model });
    const about = { kind: "models", title: model, address: `/health/?model=${encodeURIComponent(model)}` };
    const job = jobs.start(about, async (tell, signal) => {
      tell({ step: "asking it short questions" });
      const { probe: seen, kept } = await probe(model, { again, ...modelOptionsOf(settings) }, signal);
      tried.set(model, { checks: healthOfProbe(seen), kept });
      folder.changed();
    });
    return c.json({ job });
  });

  routes.get("/places", async (c) => c.json({ folder: folder.root, cache: cacheFolder(), caches: await cacheSizes() }));

  routes.post("/caches/clear", async (c) => {
    const underWay = jobs.list().find(isUnderWay);
    if (underWay !== undefined) {
      throw new ConfigurationError(`Cannot clear while ${underWay.title} is under way: stop it, or wait for its end`);
    }
    const removed = await clearCaches();
    folder.changed();
    return c.json({ removed });
  });

  routes.post("/networks/pull", async (c) => {
    const { download, accepted } = await message(c, PullMessage);
    if (!accepted) {
      throw new ConfigurationError(
        `Nothing was fetched as the licence of "${download}" was not accepted: tick it first`,
      );
    }
    const job = jobs.start({ kind: "models", title: download, address: "/health/" }, async (tell, signal) => {
      tell({ step: "fetching, in MB" });
      await pullAccepted(
        download,
        ({ receivedBytes, totalBytes }) =>
          tell({ progress: { done: Math.round(receivedBytes / 1e6), total: Math.ceil(totalBytes / 1e6) } }),
        signal,
      );
      kept = undefined;
      folder.changed();
    });
    return c.json({ job });
  });
  return routes;
}
