import { Hono } from "hono";
import { z } from "zod";
import { planAskList } from "../compose/plan-ask-list.ts";
import { reversiblyVisible } from "../platform/visible-text.ts";
import { askedOf, JudgingMessage } from "./answers.ts";
import { answersInto, itemsNamed, listOfStudy } from "./ask-list-jobs.ts";
import { EVIDENCE_FILES, filesIn, imageFolders } from "./folder-images.ts";
import { pageAddress } from "./page-address.ts";
import { asNamed, message, withoutEmpty } from "./requests.ts";
import { nextAnswersFolder } from "./result-folders.ts";
import type { Studio } from "./studio.ts";

export const Budget = z.strictObject({
  budgetUsd: z.number().positive().optional(),
  budgetTokens: z.number().positive().optional(),
});

const AskListMessage = JudgingMessage.extend({
  ...Budget.shape,
  /** A folder, pattern or list, */
  list: z.string().min(1).optional(),
  /** or what a filter of a study lets through. */
  of: z.strictObject({ study: z.string().min(1), filter: z.string() }).optional(),
}).refine(({ list, of }) => (list === undefined) !== (of === undefined));

/** Questions about many images at once: priced, and begun. What comes of them is shown as any run's. */
export function askListRoutes({ folder, desk, jobs }: Studio): Hono {
  const routes = new Hono();

  /** What can be asked about, and what toolboxes may have written of it. */
  routes.get("/ask-beginnings", async (c) =>
    c.json({
      folders: await imageFolders(folder.root),
      lists: await filesIn(folder.root, /\.(csv|tsv)$/i),
      tables: await filesIn(folder.root, EVIDENCE_FILES),
    }),
  );

  async function read({ list, of, ...judging }: z.infer<typeof AskListMessage>) {
    const asked = (image: string) => askedOf(folder, image, withoutEmpty(judging));
    if (of !== undefined) {
      const { items, keep } = await listOfStudy(folder, desk, of);
      return { items, keep, asked };
    }
    const words = asNamed(folder.root, list ?? "") || ".";
    return { items: await itemsNamed(folder, words), keep: async () => words, asked };
  }

  routes.post("/ask-many/plan", async (c) => {
    const { items, asked } = await read(await message(c, AskListMessage));
    return c.json(await planAskList(await asked(""), items, c.req.raw.signal));
  });

  routes.post("/ask-many", async (c) => {
    const { items, keep, asked } = await read(await message(c, AskListMessage));
    await planAskList(await asked(""), items, c.req.raw.signal); // so that it is refused here, before anything is written
    const list = await keep();
    const run = await nextAnswersFolder(folder.root, list);
    const title = reversiblyVisible(list);
    const job = jobs.start(
      { kind: "ask", title, address: pageAddress("run", reversiblyVisible(run)) },
      async (...how) => {
        await answersInto(run, { asked: await asked(list) }, ...how).finally(() => folder.changed());
      },
    );
    return c.json({ job, run });
  });
  return routes;
}
