import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSceneObserver } from "../src/adapters/scene/scene-observer.ts";
import { type AskQuery, ask } from "../src/ask.ts";
import { type OpenedDependencies, openDependencies } from "../src/compose/ask.ts";
import { ConfigurationError } from "../src/domain/errors.ts";
import type { Report } from "../src/domain/report.ts";
import { samplePhoto } from "./support/photos.ts";
import { tempFolder } from "./support/temp-folder.ts";

let opened: OpenedDependencies;
beforeAll(async () => {
  opened = await openDependencies({ model: "rules", toolboxes: ["mesh"], workers: 1 });
});
afterAll(() => opened.close());

const asked = (query: Omit<AskQuery, "image">, photo = samplePhoto(1)) =>
  ask({ image: photo, ...query }, opened.dependencies);

/** What must not depend on when, where and how fast it ran. */
function lasting({ trace, provenance, ...rest }: Report) {
  const { createdAt: _at, timingsMs: _ms, ...stable } = provenance;
  return {
    ...rest,
    provenance: stable,
    trace: trace.map(({ durationMs: _duration, startedMs: _started, ...step }) => step),
  };
}

describe("the whole path, offline, on a photograph", () => {
  it("judges every face with claims that the measurements support", async () => {
    const { judgment, grounding, faces } = await asked({ context: "A costume party" });
    expect(faces.length).toBeGreaterThanOrEqual(3);
    expect(judgment.subjects.map(({ faceId }) => faceId)).toEqual(faces.map(({ faceId }) => faceId));
    expect(grounding.shares).toMatchObject({ contradicted: 0, uncited: 0 });
  });

  it("keeps the face-only reading as it is, whatever the context says", async () => {
    const [none, funeral, party] = [
      await asked({}),
      await asked({ context: "At the funeral of a friend" }),
      await asked({ context: "They have just won the lottery" }),
    ];
    const faceOnly = ({ judgment }: Report) => judgment.subjects.map((subject) => subject.faceOnly);
    expect(faceOnly(funeral)).toEqual(faceOnly(none));
    expect(faceOnly(party)).toEqual(faceOnly(none));
    const contextOnly = ({ judgment }: Report) => judgment.subjects.map((subject) => subject.contextOnly);
    expect(contextOnly(funeral)).not.toEqual(contextOnly(party));
  });

  it.each([
    ["Is this a Duchenne smile?", /^Yes on F2 and F3, not on every face: F1 /],
    ["Which person looks most afraid?", /^No face clearly shows fear/],
    ["Are the brows lowered?", /^No/],
    ["How sure are you?", /^Fairly sure/],
  ])("keeps its answer to %s when it is held against the measurements", async (question, answer) => {
    expect((await asked({ question })).judgment.answer).toMatch(answer);
  });

  it("names objects only where they were asked for, and claims nothing of one whose score earns no claim", async () => {
    const [plain, observer] = [await asked({}), await createSceneObserver({ objects: true })];
    const seen = await ask({ image: samplePhoto(1) }, { ...opened.dependencies, observers: [observer] });
    await observer.close();
    expect(plain.evidence.filter(({ kind }) => kind === "object")).toEqual([]);
    const glass = seen.evidence.find(({ statement }) => statement.includes("a wine glass"));
    expect(glass?.statement).toMatch(/in the lower left of the image, score 0\.[23]\d/);
    const cited = seen.judgment.subjects.flatMap(({ cues }) => cues.flatMap(({ evidenceIds }) => evidenceIds));
    expect(cited).not.toContain(glass?.id);
    expect(seen.judgment.subjects.every(({ contextOnly }) => contextOnly.abstention !== null)).toBe(true);
  });

  it("says what the rules go by in the line that names them, and nowhere again", async () => {
    expect((await asked({})).warnings).toEqual([]);
  });

  it("gives the same report again", async () => {
    const [one, other] = [await asked({ context: "A joke" }), await asked({ context: "A joke" })];
    expect(lasting(one)).toEqual(lasting(other));
  });

  it("keeps to given labels", async () => {
    const labels = ["happiness", "sadness", "neutral"];
    const { judgment, provenance } = await asked({ labels });
    const given = judgment.subjects.flatMap((subject) => subject.faceOnly.distribution);
    expect(given.every(({ label, novel }) => labels.includes(label) && !novel)).toBe(true);
    expect(provenance.labels).toEqual(labels);
  });

  it("tells what it needs to do it again", async () => {
    const { provenance } = await asked({});
    expect(provenance.toolboxes).toMatchObject([
      {
        id: expect.stringMatching(/^mesh@/),
        networks: expect.arrayContaining([{ id: expect.any(String), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }]),
      },
    ]);
    expect(provenance.observers).toMatchObject([
      {
        id: expect.stringMatching(/^scene@/),
        networks: [{ id: "human-movenet-lightning" }],
      },
    ]);
    expect(provenance.timingsMs.observe).toBeGreaterThan(0);
    expect(provenance.model).toMatchObject({ id: "rules", remote: false, vision: false });
  });
});

describe("opening dependencies", () => {
  it("refuses what does not exist before anything is measured", async () => {
    await expect(openDependencies({ model: "rules", toolboxes: ["mash"] })).rejects.toThrow('Did you mean "mesh"?');
    await expect(openDependencies({ model: "rulse", toolboxes: ["mesh"] })).rejects.toThrow(ConfigurationError);
  });

  it("refuses a single pass for the baseline, which reads tools and not words", async () => {
    const dependencies = { ...opened.dependencies, mode: "single-pass" as const };
    await expect(ask({ image: samplePhoto(1) }, dependencies)).rejects.toThrow(ConfigurationError);
  });
});

describe("asking with examples", () => {
  it("puts a starter pack's exemplars into the ledger, takes their labels, and lets the model search", async () => {
    const store = join(await tempFolder(), "store");
    const shots = { store, shots: 4, packs: ["smiles"], seed: 7 };
    const withShots = await openDependencies({ model: "rules", toolboxes: ["mesh"], workers: 1, shots });
    try {
      const { provenance, evidence } = await ask(
        { image: samplePhoto(1), labels: withShots.labels },
        withShots.dependencies,
      );
      expect(provenance.exemplars.length).toBeGreaterThan(0);
      const shown = evidence.filter(({ kind }) => kind === "exemplar");
      expect(shown.map(({ source }) => source.name)).toEqual(provenance.exemplars);
      expect(provenance.labels).toEqual(withShots.labels);
      expect(withShots.dependencies.tools.map(({ name }) => name)).toContain("find_exemplars");
    } finally {
      await withShots.close();
    }
  });
});
