import { describe, expect, it } from "vitest";
import type { EvidenceItem } from "../../src/domain/evidence.ts";
import type { Judgment } from "../../src/domain/judgment.ts";
import type { Report } from "../../src/domain/report.ts";
import { absence } from "../../src/pages/report-figure.tsx";
import { reportPage } from "../../src/pages/report-page.tsx";
import { viewOf } from "../../src/pages/view-report.ts";
import {
  abstained,
  contextEvidence,
  cue,
  face,
  faceEvidence,
  judgment,
  ledgerOf,
  notSupportedEvidence,
  reading,
  subject,
} from "../support/builders.ts";

const PIXEL = "data:image/png;base64,iVBORw0KGgo=";

function reportOf(judged: Judgment, evidence: readonly EvidenceItem[]): Report {
  return {
    judgment: judged,
    evidence: [...evidence],
    faces: [face()],
    grounding: { claims: [], shares: null, askedAgain: false },
    trace: [],
    warnings: [],
    provenance: {
      kuleshovVersion: "0.1.0",
      createdAt: "2026-01-01T00:00:00.000Z",
      image: { path: "images/<b>.jpg", sha256: "0".repeat(64), widthPx: 400, heightPx: 300 },
      question: "Is it <script>alert(1)</script>?",
      context: "حفلة عيد ميلاد",
      labels: null,
      model: {
        ...{ id: "rules", fingerprint: null, mode: "agent", vision: false },
        remote: false,
        temperature: null,
        seed: null,
      },
      prompts: [],
      toolboxes: [],
      observers: [],
      exemplars: [],
      timingsMs: { decode: 1, measure: 1, observe: 1, judge: 1, total: 4 },
      sent: [],
      tokens: { input: null, output: null },
    },
  } as Report;
}

const smile = ledgerOf(
  contextEvidence("a party"),
  faceEvidence({ "AU12:left": 0.9, "AU12:right": 0.2, AU4: 0.1 }, { weight: 0.5 }),
  notSupportedEvidence(["AU3"]),
).items();
const claims = { cues: [cue("The lip corners are pulled up", { evidenceIds: ["E2"] })] };
const answered: Judgment = {
  ...judgment(
    subject({
      ...claims,
      contextOnly: reading({ sadness: 0.8, happiness: 0.2 }),
      integrated: reading({ happiness: 0.5, sadness: 0.5 }),
    }),
  ),
  answer: "It is perceived as happy [E2 E3]; it is a party [E1].",
};

describe("the page of a report", () => {
  it("shows what was sent where, in bytes and small copies", () => {
    const report = reportOf(answered, smile);
    const image = { caption: "F1, <mouth>", widthPx: 448, heightPx: 426, bytes: 16_871, thumbnail: PIXEL };
    const damaged = { ...image, caption: "x1", thumbnail: null };
    const sent = [{ server: "https://api.example/v1", requests: 2, bytes: 2_013_343, images: [image, damaged] }];
    const shown = reportPage(viewOf({ ...report, provenance: { ...report.provenance, sent } }), PIXEL);
    expect(shown).toContain("To https://api.example/v1: 2 requests of 2013.3 kB in all, with these images");
    expect(shown).toContain(`<img alt="F1, &lt;mouth>" src="${PIXEL}"`);
    expect(shown).toContain("448 x 426 px, 16.9 kB");
    expect(shown).toContain('<span class="undrawn">not drawn</span>');
    expect(reportPage(viewOf(report), PIXEL)).not.toContain("What was sent");
  });

  const html = reportPage(viewOf(reportOf(answered, smile)), PIXEL);

  it("runs nothing, asks nobody, and has no style that its policy would ignore", () => {
    expect(html).not.toMatch(/<script|javascript:|\son\w+=|\sstyle=/);
    expect(html.match(/(?:src|href)="(?!#|data:)[^"]*"/g)).toBeNull();
    expect(html).toContain("&lt;script>alert(1)&lt;/script>");
    expect(html).toContain("&lt;b>.jpg");
    expect(html).toContain("حفلة عيد ميلاد");
  });

  it("leads from every citation to the evidence that is cited", () => {
    const cited = new Set([...html.matchAll(/href="#(E\d+)"/g)].map(([, id]) => id));
    expect([...cited].sort()).toEqual(["E1", "E2", "E3", "E4"]);
    for (const id of cited) expect(html.match(new RegExp(`id="${id}"`, "g"))).toHaveLength(1);
  });

  it("keeps the three readings apart, and says what context moved", () => {
    for (const name of ["face only", "context only", "integrated"])
      expect(html).toContain(`<th scope="col">${name}</th>`);
    expect(html).toContain("Context keeps &quot;happiness&quot; on top (moves 50 % of the probability).");
    expect(html.match(/class="arrow"/g)).toHaveLength(3);
  });

  it("draws no bar for a reading that abstained", () => {
    const without = reportPage(
      viewOf(reportOf(judgment(subject({ contextOnly: abstained("No context was given") })), smile)),
      PIXEL,
    );
    expect(without).toContain("context only: abstained, No context was given");
    expect(without.match(/<span class="soft">abstained<\/span>/g)).toHaveLength(2);
  });
});

describe("the view of a report", () => {
  const view = viewOf(reportOf(answered, smile));

  it("keeps the sides of an action unit apart, and how far to trust each", () => {
    const side = { presence: "present", trust: 0.5 };
    expect(view.faces[0]?.actionUnits).toEqual([
      {
        au: "AU12",
        name: "lip corner puller",
        sides: [
          { ...side, side: "left", share: 0.9, text: "0.90", id: "E2" },
          { ...side, side: "right", share: 0.2, text: "0.20", presence: "absent", id: "E3" },
        ],
      },
      expect.objectContaining({ au: "AU4" }),
    ]);
  });

  it("says why a layer has nothing to show", () => {
    expect(absence("mesh", view)).toBe("the mesh was not measured");
    expect(absence("objects", view)).toBe("nobody looked for objects");
    expect(absence("body", view)).toBe("no body was found");
  });

  it("cuts an answer where it cites", () => {
    expect(view.answer).toEqual([
      { text: "It is perceived as happy", ids: ["E2", "E3"] },
      { text: "; it is a party", ids: ["E1"] },
      { text: ".", ids: [] },
    ]);
  });
});
