import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createOpenAiJudge } from "../src/adapters/openai/openai-judge.ts";
import { ask } from "../src/ask.ts";
import { openDependencies } from "../src/compose/ask.ts";
import { renderTerminalReport } from "../src/render/terminal-report.ts";
import { createTerminalStyle } from "../src/render/terminal-style.ts";
import { cue, judgment, subject } from "./support/builders.ts";
import { calls, saysJson, type WireBody } from "./support/model-server.ts";
import { startOpenAiServer } from "./support/openai-server.ts";
import { samplePhoto } from "./support/photos.ts";
import { idOf, lastIn } from "./support/scripted-judge.ts";
import { tempFolder } from "./support/temp-folder.ts";

/** OpenFace sees no smile and lowered brows where the mesh sees a smile: the woman on the right of sample3.jpg. */
async function dissentingFile(): Promise<string> {
  const path = join(await tempFolder(), "openface.csv");
  const points = (low: number, high: number) =>
    Array.from({ length: 68 }, (_, i) => low + ((high - low) * (i % 17)) / 16);
  const names = ["x", "y"].flatMap((axis) => Array.from({ length: 68 }, (_, i) => `${axis}_${i}`));
  const header = ["input", "face", "confidence", ...names, "AU06_r", "AU09_r", "AU12_r", "AU12_c"];
  const cells = ["sample3.jpg", 0, 0.98, ...points(1470, 1690), ...points(330, 570), 3.5, 0, 0, 0];
  await writeFile(path, `${header.join(", ")}\n${cells.join(", ")}\n`);
  return path;
}

function judged(asked: WireBody) {
  const units = (au: string, state: "present" | "absent") => [{ au, side: "both" as const, state }];
  const smile = cue("The lip corners are pulled up", {
    actionUnits: units("AU12", "present"),
    evidenceIds: [idOf(asked, /\[action-unit(?:, mesh@5)?\] AU12 .* is present/)],
  });
  const noSmile = cue("There is no smile", {
    label: "neutral",
    actionUnits: units("AU12", "absent"),
    evidenceIds: [idOf(asked, /openface.* AU12 .* is absent|openface.*\] absent,.* E\d+ AU12\b/, "AU12")],
  });
  const cheeks = cue("The cheeks are raised", {
    actionUnits: units("AU6", "present"),
    evidenceIds: [idOf(asked, /consensus.* AU6 .* is agreed/)],
  });
  const nose = cue("The nose is wrinkled", {
    label: "disgust",
    actionUnits: units("AU9", "present"),
    evidenceIds: [idOf(asked, /AU9 .* is absent|\] absent,.* E\d+ AU9\b/, "AU9")],
  });
  const others = ["F1", "F2"].map((faceId) => subject({ faceId, cues: [] }));
  return saysJson(judgment(...others, subject({ faceId: "F3", cues: [smile, noSmile, cheeks, nose] })));
}

async function askedAgainstOpenFace() {
  const server = await startOpenAiServer((asked, index) => {
    if (index === 0) return calls("measure_face", { faceId: "F3" });
    return index === 1 ? calls("compare_toolboxes", { faceId: "F3" }) : judged(asked);
  });
  const model = await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1` });
  const evidence = { files: [`openface@2.2.0:${await dissentingFile()}`], images: [samplePhoto(3)] };
  const { dependencies, close } = await openDependencies({ model: "rules", toolboxes: ["mesh"], workers: 1, evidence });
  onTestFinished(close);
  const report = await ask({ image: samplePhoto(3) }, { ...dependencies, model });
  return { report, chats: server.chats };
}

describe("a question about a face on which two toolboxes contradict each other", () => {
  it("shows consensus and dissent to the model, calls claims on either side disputed, and tells the reader", async () => {
    const { report, chats } = await askedAgainstOpenFace();
    const compared = chats[2] === undefined ? "" : lastIn(chats[2]).text;
    expect(compared).toMatch(
      /E\d+ \[consensus, F3.*AU12 .* is disputed: present by mesh@5; absent by openface@2\.2\.0/,
    );
    expect(compared).toContain("Measured by one toolbox alone: AU1 (mesh@5)");

    const cues = report.grounding.claims.filter(({ part }) => part === "cue");
    expect(cues.map(({ statement, verdict }) => [statement, verdict])).toEqual([
      ["The lip corners are pulled up", "disputed"],
      ["There is no smile", "disputed"],
      ["The cheeks are raised", "supported"],
      ["The nose is wrinkled", "contradicted"],
    ]);
    expect(cues[0]?.reason).toMatch(/mesh@5 measured 0\.\d+ \(present, E\d+\).*openface@2\.2\.0 measured 0/);

    const text = renderTerminalReport(report, createTerminalStyle({ color: false, columns: 200 }));
    expect(text).toMatch(/toolboxes {5}AU12 \(lip corner puller\) is disputed: present by mesh@5; absent by openface/);
    expect(text).toContain("25 % disputed");
  });
});
