import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { isKuleshovError, KuleshovError } from "../domain/errors.ts";
import { errorSentence } from "../platform/system-error.ts";
import { askListRoutes } from "./ask-list-routes.ts";
import { assetRoutes, pageShell } from "./assets.ts";
import { categoryRoutes } from "./category-routes.ts";
import { clipRoutes } from "./clip-routes.ts";
import { commandRoutes } from "./command-routes.ts";
import { contextRoutes } from "./context-routes.ts";
import { discoverRoutes } from "./discover-routes.ts";
import { evaluationRoutes } from "./evaluation-routes.ts";
import { eventRoutes } from "./event-routes.ts";
import { exemplarRoutes } from "./exemplar-routes.ts";
import { createStudioFolder, type StudioFolder } from "./folder.ts";
import { guard, noSuchAddress } from "./guard.ts";
import { healthRoutes } from "./health-routes.ts";
import { homeRoutes } from "./home-routes.ts";
import { imageRoutes } from "./image-routes.ts";
import { createJobs, type Jobs } from "./jobs.ts";
import { labRoutes } from "./lab-routes.ts";
import { createStudyDesk, type StudyDesk } from "./opened-study.ts";
import { rateRoutes } from "./rate-routes.ts";
import { createRunNumbers, type RunNumbers } from "./run-numbers.ts";
import { runRoutes } from "./run-routes.ts";
import { createRunFinder, type FoundRun } from "./runs.ts";
import { sharingRoutes } from "./sharing-routes.ts";
import { studyFileRoutes } from "./study-file-routes.ts";
import { studyRoutes } from "./study-routes.ts";

/** What every page of the studio works with. */
export interface Studio {
  readonly token: string;
  readonly folder: StudioFolder;
  readonly desk: StudyDesk;
  readonly jobs: Jobs;
  readonly numbers: RunNumbers;
  /** The runs of all commands in the folder, newest first. */
  readonly findRuns: () => Promise<readonly FoundRun[]>;
}

export interface StudioServer extends Studio {
  /** Answers requests; needs no socket. */
  readonly app: Hono;
  /** Stops what is under way; what is done is kept. */
  close(): Promise<void>;
}

/** The largest message of the page itself; images are uploaded in another way. */
const MOST_MESSAGE_BYTES = 2 ** 20;

/** What the addresses of the pages answer. */
const ROUTES: readonly ((studio: Studio) => Hono)[] = [
  homeRoutes,
  imageRoutes,
  askListRoutes,
  studyRoutes,
  studyFileRoutes,
  sharingRoutes,
  clipRoutes,
  categoryRoutes,
  exemplarRoutes,
  commandRoutes,
  contextRoutes,
  discoverRoutes,
  rateRoutes,
  labRoutes,
  evaluationRoutes,
  healthRoutes,
  runRoutes,
  eventRoutes,
];

/**
 * The studio on a folder, which must be the working folder, as it is for the commands: paths in reports and settings are
 * seen from it.
 *
 * @throws {ConfigurationError} if the folder cannot be opened.
 */
export async function createStudio({ root, token }: { readonly root: string; readonly token: string }) {
  const folder = await createStudioFolder(root);
  const studio: Studio = {
    token,
    folder,
    desk: createStudyDesk(folder),
    jobs: createJobs(),
    numbers: createRunNumbers(),
    findRuns: createRunFinder(folder.root),
  };
  const inside = new Hono();
  inside.use("/api/*", async (c, next) =>
    /\/api\/(images|clips|lists)$/.test(c.req.path) ? next() : bodyLimit({ maxSize: MOST_MESSAGE_BYTES })(c, next),
  );
  inside.use("/api/*", async (_c, next) => {
    await folder.mustBeThere();
    await next();
  });
  for (const routes of ROUTES) inside.route("/api", routes(studio));
  inside.all("/api/*", (c) => c.json({ error: "There is nothing at this address: reload the page." }, 404));
  inside.route("/assets", assetRoutes());
  inside.get("/*", (c) => c.html(pageShell(token, folder.version())));

  const app = new Hono();
  app.use("*", guard(token));
  app.route(`/${token}`, inside);
  app.notFound(() => noSuchAddress());
  app.onError((error, c) => c.json({ error: errorSentence(error) }, statusOf(error)));
  const close = async () => {
    await Promise.all([studio.jobs.close(), studio.numbers.close()]);
  };
  const server: StudioServer = { ...studio, app, close };
  return server;
}

/** Mistakes of the user's are 400, everything else is a fault of ours or of the machine. */
function statusOf(error: unknown): 400 | 404 | 500 {
  if (isKuleshovError(error, "tool-input")) return 404;
  return error instanceof KuleshovError ? 400 : 500;
}
