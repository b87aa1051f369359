import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { drawnWith, openCalibration, openPanel } from "../../src/compose/several-judges.ts";
import { startOllamaServer } from "../support/ollama-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { tempFolder } from "../support/temp-folder.ts";

describe("how samples are drawn", () => {
  it("is at .7 from seed 0 unless the user says otherwise, and as the prompt says without samples", () => {
    expect(drawnWith({ samples: 5 }, 0)).toEqual({ temperature: 0.7, seed: 0 });
    expect(drawnWith({ samples: 5, temperature: 1.2, seed: 9 }, 0)).toEqual({ temperature: 1.2, seed: 9 });
    expect(drawnWith({ samples: 1 }, 0)).toEqual({ temperature: 0 });
    expect(drawnWith({ seed: 4 }, 0)).toEqual({ temperature: 0, seed: 4 });
    expect(() => drawnWith({ samples: 2, temperature: 0 }, 0)).toThrow("At temperature 0 all samples are the same");
  });
});

describe("a panel", () => {
  it("is opened model by model, each at its own server, and its chair is the same model", async () => {
    const [openai, ollama] = [await startOpenAiServer([], { models: ["m"] }), await startOllamaServer([])];
    const env = { OPENAI_BASE_URL: `${openai.url}/v1`, OLLAMA_HOST: ollama.url };
    const panel = await openPanel({ panel: ["openai:m", "ollama:seer:7b", "rules"], chair: "ollama:seer:7b" }, { env });
    expect(panel?.judges.map(({ id }) => id)).toEqual(["openai:m", "ollama:seer:7b", "rules"]);
    expect(panel?.chair).toBe(panel?.judges[1]);
  });

  it.each([
    [{ chair: "openai:m" }, "A chair is for a panel"],
    [{ panel: ["openai:m", "rules"], chair: "rules" }, "The rules cannot weigh what others claim"],
    [{ panel: ["openai:m", "rules"], chair: "openai:n" }, 'which is openai:m, rules, and not "openai:n"'],
    [{ panel: ["openai:m", "rules"], abstain: 0.1 }, "A calibration is of one model"],
  ])("is refused as %o", async (options, sentence) => {
    await expect(openPanel(options, {})).rejects.toThrow(sentence);
  });

  it("of two kinds of servers is not asked at one address", async () => {
    const asked = openPanel({ panel: ["openai:m", "ollama:n"] }, { baseUrl: "http://127.0.0.1:9/v1" });
    await expect(asked).rejects.toThrow("One --base-url cannot serve openai:m, ollama:n");
  });
});

describe("a calibration file", () => {
  it("is read with the share, from the file or its evaluation's folder", async () => {
    const folder = await tempFolder();
    const path = join(folder, "calibration.json");
    await writeFile(path, JSON.stringify({ format: 1, evaluation: "e", kuleshovVersion: "0", conditions: [] }));
    const opened = await openCalibration({ abstain: 0.1, calibration: folder }, 8);
    expect(opened).toMatchObject({ alpha: 0.1, shots: 8, file: { evaluation: "e" } });
    expect(await openCalibration({ abstain: 0.1, calibration: path }, 8)).toEqual(opened);
    expect(await openCalibration({}, 0)).toBeUndefined();
  });

  it.each([
    [{ abstain: 0.1 }, "--abstain needs a calibration: run an evaluation of this model"],
    [{ calibration: "x" }, "A calibration is for --abstain: say at which share"],
    [{ abstain: 0.1, calibration: "nowhere.json" }, "Cannot read calibration as it is not there: `nowhere.json`"],
    [{ abstain: 0.1, calibration: "package.json" }, "as it is not what `kuleshov eval run` writes: `package.json`"],
  ])("is refused as %o", async (options, sentence) => {
    await expect(openCalibration(options, 0)).rejects.toThrow(sentence);
  });
});
