import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { ToolboxEnvironment } from "../../src/adapters/toolbox-definition.ts";
import { cachePlace, cacheSizes } from "../../src/compose/caches.ts";
import { healthOfToolbox, probeToolboxes } from "../../src/compose/health.ts";
import { smileCheckOf } from "../../src/compose/known-smile.ts";
import { createToolboxes, toolboxDefinitions } from "../../src/compose/toolboxes.ts";
import { ConfigurationError } from "../../src/domain/errors.ts";
import { HealthCheck } from "../../src/domain/health.ts";
import type { FaceMeasurement } from "../../src/domain/measurement.ts";
import { walkFolder } from "../../src/platform/walk-folder.ts";
import type { FerToolbox } from "../../src/ports/fer-toolbox.ts";
import { actionUnits } from "../support/builders.ts";
import { type FakeOpenFace, fakeOpenFace } from "../support/fake-toolboxes.ts";
import { emptyCache, tempFolder } from "../support/temp-folder.ts";

const usualCache = process.env.KULESHOV_CACHE;
let cache: string;
beforeEach(async () => {
  cache = await emptyCache(await tempFolder());
  process.env.KULESHOV_CACHE = cache;
});
afterEach(() => {
  if (usualCache === undefined) delete process.env.KULESHOV_CACHE;
  else process.env.KULESHOV_CACHE = usualCache;
});

async function machineWith(behaviour: FakeOpenFace) {
  return { env: { PATH: await fakeOpenFace(await tempFolder(), behaviour) }, platform: process.platform };
}

async function openOne(name: string, environment: ToolboxEnvironment): Promise<FerToolbox> {
  const [toolbox] = await createToolboxes([name], { environment });
  if (toolbox === undefined) throw new Error("asked for one");
  return toolbox;
}

/** The fake reads its AU12 from pixels; for the smiling photo it is told what to say. */
const says = (au12: string): FakeOpenFace => ({
  change: `text = header + "\\n" + names.map((name) => {
    const point = /^([xy])_(\\d+)$/.exec(name);
    if (point) return String(120 + 10 * (Number(point[2]) % 17));
    if (name === "AU12_r") return "${au12}";
    return name === "face" ? "0" : name === "confidence" ? "0.98" : "0.0";
  }).join(", ") + "\\n";`,
});

describe("probing the toolboxes", () => {
  it("finds one, has it measure a known smile, and says how to get the others", async () => {
    const probes = await probeToolboxes(toolboxDefinitions(await machineWith(says("3.40"))));
    const checks = probes.map(healthOfToolbox);
    expect(checks.map(({ name, state }) => [name, state])).toEqual([
      ["openface", "ready"],
      ["openface3", "missing"],
      ["pyfeat", "missing"],
      ["libreface", "missing"],
      ["pyafar", "missing"],
      ["affdex", "missing"],
      ["blendshapes", "missing"],
      ["facereader", "missing"],
      ["hume", "missing"],
    ]);
    for (const check of checks) expect(HealthCheck.safeParse(check).success).toBe(true);
    expect(checks[0]?.detail).toContain("AU12 = 3.4 (intensity-0-5), AU12 = 0 (binary)");
    expect(checks[0]?.detail).toContain("non-commercial");
    expect(checks[2]?.remedy).toMatch(/pip install py-feat.*\nlicence: The code is MIT; the weights/s);
    expect(checks[4]?.detail).toBe(
      "PyAFAR: it cannot be run by other programs; its files can be imported with --evidence",
    );
  });

  it("reports a toolbox that sees no smile as suspect, in doctor and in every report", async () => {
    const machine = await machineWith(says("0.02"));
    const [probe] = await probeToolboxes(toolboxDefinitions(machine));
    expect(probe && healthOfToolbox(probe)).toMatchObject({
      state: "suspect",
      detail: expect.stringContaining("AU12 = 0.02 (intensity-0-5), AU12 = 0 (binary) for a clear smile"),
    });
    const toolbox = await openOne("openface", machine);
    expect(toolbox.warnings).toEqual([
      expect.stringMatching(/^openface@unknown\+\w{8} is suspect, as AU12 = 0.02 .*: do not rely on it$/),
    ]);
    await toolbox.close();
  });

  it("reports a toolbox that cannot measure as broken", async () => {
    const machine = await machineWith({ before: 'console.error("no model"); process.exit(1);' });
    const [probe] = await probeToolboxes(toolboxDefinitions(machine));
    expect(probe && healthOfToolbox(probe)).toMatchObject({
      state: "broken",
      detail: expect.stringContaining('it said "no model"'),
    });
  });
});

describe("opening a toolbox by name", () => {
  it("says nothing about one that passed", async () => {
    const toolbox = await openOne("OpenFace", await machineWith(says("3.40")));
    expect(toolbox.warnings).toBeUndefined();
    await toolbox.close();
  });

  it.each([
    ["openfce", /There is no toolbox "openfce". Did you mean "openface" or "openface3"/],
    ["affdex", /AFFDEX \/ iMotions cannot be run by other programs: export the facial expression data/],
    ["pyfeat", /Cannot run Py-Feat as there is no Python on PATH. To install it: python3 -m venv/],
  ])("refuses %s with what to do", async (name, sentence) => {
    const refusal = createToolboxes([name], { environment: { env: { PATH: "" }, platform: process.platform } });
    await expect(refusal).rejects.toThrow(ConfigurationError);
    await expect(refusal).rejects.toThrow(sentence);
  });
});

describe("the known-smile check", () => {
  function toolbox(version: string, au12: number | undefined): FerToolbox & { measured: number } {
    const id = `fake@${version}`;
    const box = { leftPx: 120, topPx: 70, widthPx: 180, heightPx: 260 };
    const face: FaceMeasurement = {
      toolbox: id,
      box,
      score: null,
      landmarks: null,
      quality: null,
      headPose: null,
      gaze: null,
      eyeOpenness: null,
      actionUnits: actionUnits(au12 === undefined ? { AU4: 0.1 } : { AU12: au12 }, { toolbox: id }),
      expressions: [],
    };
    return {
      id,
      supports: { actionUnits: [{ au: "AU12", scale: "probability", sides: false }], expressions: [] },
      networks: [],
      measured: 0,
      async measure() {
        this.measured++;
        return [face];
      },
      close: async () => undefined,
    };
  }

  it.each([
    [0.9, "passed"],
    [0.4, "suspect"],
    [0.015, "suspect"],
    [undefined, "suspect"],
  ] as const)("of a toolbox that gives AU12 = %s is %s", async (au12, state) => {
    expect(await smileCheckOf(toolbox("1", au12))).toMatchObject({ state });
  });

  it("is made once per version, and again where there was a suspicion", async () => {
    const good = toolbox("1", 0.9);
    await smileCheckOf(good);
    await smileCheckOf(good);
    expect(good.measured).toBe(1);
    await smileCheckOf(toolbox("2", 0.01));
    const mended = toolbox("2", 0.9);
    expect(await smileCheckOf(mended)).toMatchObject({ state: "suspect" });
    expect(await smileCheckOf(mended, { recheckSuspect: true })).toMatchObject({ state: "passed" });
    expect((await cacheSizes()).find(({ name }) => name === "checks")).toMatchObject({ entries: 2 });
  });

  it("is made anew when its memory is damaged", async () => {
    await smileCheckOf(toolbox("1", 0.01));
    for await (const kept of walkFolder(cachePlace("checks"))) await writeFile(kept, "not gzip");
    expect(await smileCheckOf(toolbox("1", 0.9))).toMatchObject({ state: "passed" });
  });

  it("says nothing about a toolbox that does not measure AU12", async () => {
    const other = { ...toolbox("1", 0.9), supports: { actionUnits: [], expressions: [] } };
    expect(await smileCheckOf(other)).toEqual({ state: "unsupported", detail: "it does not measure AU12" });
  });
});

it("stops the check on a known smile when the user interrupts", async () => {
  const hanging = await fakeOpenFace(await tempFolder(), {
    before: "await new Promise(() => setInterval(() => 0, 1000));",
  });
  const usual = process.env.KULESHOV_OPENFACE;
  process.env.KULESHOV_OPENFACE = hanging;
  onTestFinished(() => {
    if (usual === undefined) delete process.env.KULESHOV_OPENFACE;
    else process.env.KULESHOV_OPENFACE = usual;
  });
  // The program is given minutes to start: without the signal this would wait for all of them.
  await expect(createToolboxes(["openface"], {}, AbortSignal.timeout(1500))).rejects.toThrow(/abort/i);
});
