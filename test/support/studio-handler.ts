import { vi } from "vitest";
import { isUnderWay, type Job } from "../../src/studio/jobs.ts";
import { createStudio, type StudioServer } from "../../src/studio/studio.ts";

const TOKEN = "t".repeat(43);

/** The studio on the working folder, asked without a socket. */
export async function handledStudio() {
  const studio: StudioServer = await createStudio({ root: process.cwd(), token: TOKEN });
  const request = (inside: string, init?: RequestInit) =>
    studio.app.request(`http://127.0.0.1:4757/${TOKEN}/api${inside}`, init);
  return {
    studio,
    request,
    get: async (inside: string) => (await request(inside)).json(),
    async post(inside: string, message: object) {
      const headers = { "Content-Type": "application/json" };
      const response = await request(inside, { method: "POST", body: JSON.stringify(message), headers });
      return { status: response.status, body: await response.json() };
    },
    /** A job once it is under way no more. */
    ended: (id: string): Promise<Job> =>
      vi.waitFor(
        () => {
          const job = studio.jobs.list().find((each) => each.id === id);
          if (job === undefined || isUnderWay(job)) throw new Error(`${id} is ${job?.state}`);
          return job;
        },
        { timeout: 60_000, interval: 20 },
      ),
  };
}
