import { describe, expect, it } from "vitest";
import { ask } from "../../src/ask.ts";
import { Report } from "../../src/domain/report.ts";
import type { JudgeModel } from "../../src/ports/chat-model.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor } from "../support/judge-of.ts";

/** What every model that can judge must do, whatever is behind it; one without tools is asked in a single pass. */
export function testJudgeModel(
  name: string,
  open: () => Promise<JudgeModel>,
  mode: "agent" | "single-pass" = "agent",
): void {
  describe(`${name}, as a model that judges`, () => {
    const image = gradientImage(200, 100);

    it("comes to a judgment whose claims hold", async () => {
      const model = await open();
      const report = await ask({ image }, await partsFor(model));
      expect(Report.parse(report)).toEqual(report);
      expect(report.judgment.subjects.map(({ faceId }) => faceId)).toEqual(["F1"]);
      expect(report.grounding.shares?.contradicted).toBe(0);
      expect(report.provenance.model).toMatchObject({ id: model.id, mode, remote: model.remote });
      const calls = report.trace.filter(({ type, name: tool }) => type === "tool" && tool === "measure_face");
      expect(calls.length > 0).toBe(mode === "agent");
    });

    it("says what it ran", async () => {
      const report = await ask({ image }, await partsFor(await open()));
      expect(report.provenance.model.fingerprint).toEqual(expect.stringMatching(/\S/));
    });

    it("does not begin when it is aborted already", async () => {
      const model = await open();
      await expect(model.reply({ messages: [] }, AbortSignal.abort())).rejects.toThrow();
      const aborted = ask({ image }, await partsFor(await open()), AbortSignal.abort(new Error("not now")));
      await expect(aborted).rejects.toThrow("not now");
    });
  });
}
