import { describe, expect, it } from "vitest";
import type { ActionUnitMeasurement, Face } from "../../src/domain/measurement.ts";
import { createAgreementCounter } from "../../src/evidence/agreement.ts";
import { consensusEvidence, faceConsensus } from "../../src/evidence/consensus.ts";
import { actionUnits, face } from "../support/builders.ts";

function faceWith(...measured: ActionUnitMeasurement[][]): Face {
  const [measurement] = face().measurements;
  if (measurement === undefined) throw new Error("A face has a measurement");
  return {
    ...face(),
    measurements: measured.map((own) => ({ ...measurement, toolbox: own[0]?.toolbox ?? "mesh@5", actionUnits: own })),
  };
}

const openface = { toolbox: "openface@2.2", scale: "intensity-0-5" as const };
const pyafar = { toolbox: "pyafar@1", scale: "probability" as const };

describe("faceConsensus", () => {
  it("says who measures an action unit, who says what, and what follows", () => {
    const table = faceConsensus(
      faceWith(
        actionUnits({ AU12: 0.9, AU4: 0.1, AU28: 0.7, AU6: 0.4 }),
        actionUnits({ AU12: 3, AU4: 4, AU6: 1.5 }, openface),
        actionUnits({ AU12: 0.1, AU4: 0.05 }, pyafar),
      ),
    );
    expect(table.map(({ au, verdict, presentShare, silent }) => [au, verdict, presentShare, silent])).toEqual([
      ["AU4", "disputed", 1 / 3, []],
      ["AU6", "undecided", null, ["pyafar@1"]],
      ["AU12", "disputed", 2 / 3, []],
      ["AU28", "present", 1, ["openface@2.2", "pyafar@1"]],
    ]);
    expect(table[2]?.votes).toEqual([
      {
        toolbox: "mesh@5",
        presence: "present",
        scales: [{ scale: "probability", presence: "present", values: [0.9] }],
      },
      {
        toolbox: "openface@2.2",
        presence: "present",
        scales: [{ scale: "intensity-0-5", presence: "present", values: [3] }],
      },
      {
        toolbox: "pyafar@1",
        presence: "absent",
        scales: [{ scale: "probability", presence: "absent", values: [0.1] }],
      },
    ]);
  });

  it("keeps both models of one toolbox and lets it decide nothing when they differ", () => {
    const both = [...actionUnits({ AU12: 3 }, openface), ...actionUnits({ AU12: 0 }, { ...openface, scale: "binary" })];
    const [unit] = faceConsensus(faceWith(both, actionUnits({ AU12: 0.9 })));
    expect(unit?.votes.find(({ toolbox }) => toolbox === "openface@2.2")).toMatchObject({
      presence: "uncertain",
      scales: [{ presence: "present" }, { presence: "absent" }],
    });
    expect(unit).toMatchObject({ verdict: "present", presentShare: 1 });
  });

  it("counts a one-sided movement as shown", () => {
    const [unit] = faceConsensus(faceWith(actionUnits({ "AU14:left": 0.9, "AU14:right": 0.1 })));
    expect(unit?.verdict).toBe("present");
  });
});

describe("consensusEvidence", () => {
  it("makes items of what is seen and one of what all miss", () => {
    const items = consensusEvidence(
      faceWith(
        actionUnits({ AU12: 0.9, AU4: 0.1, AU9: 0.1, AU6: 0.9 }),
        actionUnits({ AU12: 0, AU4: 0, AU9: 0 }, openface),
      ),
    );
    expect(items.map(({ kind, faceId, statement }) => [kind, faceId, statement])).toEqual([
      ["consensus", "F1", "AU12 (lip corner puller) is disputed: present by mesh@5; absent by openface@2.2"],
      ["consensus", "F1", "All toolboxes that can tell agree that these are absent: AU4, AU9"],
    ]);
    expect(items[0]?.value).toEqual({
      type: "quantity",
      value: 0.5,
      unit: "share of deciding toolboxes that say present",
    });
  });

  it("calls nothing agreed that one toolbox decides alone", () => {
    const [item] = consensusEvidence(
      faceWith(actionUnits({ AU6: 0.4 }), actionUnits({ AU6: 3 }, openface), actionUnits({ AU12: 0.1 }, pyafar)),
    );
    expect(item?.statement).toBe(
      "AU6 (cheek raiser) is decided by one toolbox alone: present by openface@2.2; uncertain by mesh@5; not measured by pyafar@1",
    );
  });

  it("has nothing to add to one toolbox", () => {
    expect(consensusEvidence(faceWith(actionUnits({ AU12: 0.9 })))).toEqual([]);
  });
});

describe("createAgreementCounter", () => {
  function countPresence(pairs: readonly [present: boolean, also: boolean, times: number][]) {
    const counter = createAgreementCounter();
    for (const [mine, theirs, times] of pairs) {
      for (let i = 0; i < times; i += 1) {
        counter.addFace([
          ...actionUnits({ AU12: mine ? 0.9 : 0.1 }),
          ...actionUnits({ AU12: theirs ? 4 : 0 }, openface),
        ]);
      }
    }
    return counter;
  }

  it("computes share and Fleiss' kappa over faces", () => {
    const counter = countPresence([
      [true, true, 20],
      [false, false, 15],
      [true, false, 5],
      [false, true, 10],
    ]);
    const [unit] = counter.table();
    // By hand: P_o = 35/50; 55 of 100 votes say present, so P_e = 0.55^2 + 0.45^2 = 0.505; (0.7 - 0.505) / 0.495.
    expect(unit?.presence).toMatchObject({
      n: 50,
      unanimousShare: 0.7,
      contradictions: 15,
      fleissKappa: expect.closeTo(0.39394, 5),
      pairs: [{ toolboxes: ["mesh@5", "openface@2.2"], n: 50, share: 0.7, kappa: expect.closeTo(0.39394, 5) }],
    });
    expect(unit?.toolboxes[0]).toEqual({
      toolbox: "mesh@5",
      scales: ["probability"],
      measured: 50,
      present: 25,
      absent: 25,
      uncertain: 0,
    });
    expect(counter.faces).toBe(50);
  });

  it("has no kappa where everybody always says the same", () => {
    expect(countPresence([[false, false, 10]]).table()[0]?.presence).toMatchObject({
      unanimousShare: 1,
      fleissKappa: null,
    });
  });

  it("leaves out of the presence count who cannot decide", () => {
    const counter = createAgreementCounter();
    counter.addFace([...actionUnits({ AU12: 0.9 }), ...actionUnits({ AU12: 1.5 }, openface)]);
    expect(counter.table()[0]).toMatchObject({
      presence: { n: 0, unanimousShare: null, fleissKappa: null, pairs: [] },
    });
    expect(counter.table()[0]?.toolboxes[1]).toMatchObject({ measured: 1, uncertain: 1 });
  });

  it("compares numbers only between toolboxes on one scale, as Shrout and Fleiss worked them", () => {
    // Shrout and Fleiss (1979), table 2: ICC(2,1) = 0.29, ICC(3,1) = 0.71.
    const ratings = [
      [9, 2, 5, 8],
      [6, 1, 3, 2],
      [8, 4, 6, 8],
      [7, 1, 2, 6],
      [10, 5, 6, 9],
      [6, 2, 4, 7],
    ];
    const counter = createAgreementCounter();
    for (const row of ratings) {
      counter.addFace([
        ...row.flatMap((value, at) =>
          actionUnits({ AU12: value }, { toolbox: `judge${at + 1}@1`, scale: "percent-0-100" }),
        ),
        ...actionUnits({ AU12: 0.5 }),
      ]);
    }
    const [together, ...pairs] = counter.table()[0]?.intensity ?? [];
    expect(together).toMatchObject({
      scale: "percent-0-100",
      toolboxes: ["judge1@1", "judge2@1", "judge3@1", "judge4@1"],
      n: 6,
      icc21: expect.closeTo(0.29, 2),
      icc31: expect.closeTo(0.71, 2),
    });
    expect(pairs).toHaveLength(6);
    expect(pairs.every(({ scale, n }) => scale === "percent-0-100" && n === 6)).toBe(true);
  });

  it("uses every face that a group of toolboxes measured, whoever else did", () => {
    const by = (name: string) => ({ toolbox: `${name}@1`, scale: "intensity-0-5" as const });
    const counter = createAgreementCounter();
    for (const value of [0, 1, 2, 3]) {
      const third = value < 2 ? [] : actionUnits({ AU12: value }, by("c"));
      counter.addFace([...actionUnits({ AU12: value }, by("a")), ...actionUnits({ AU12: value }, by("b")), ...third]);
    }
    const intensity = counter.table()[0]?.intensity ?? [];
    expect(intensity.map(({ toolboxes, n, icc21 }) => [toolboxes.join(" "), n, icc21])).toEqual([
      ["a@1 b@1 c@1", 2, expect.closeTo(1, 12)],
      ["a@1 b@1", 4, expect.closeTo(1, 12)],
      ["a@1 c@1", 2, expect.closeTo(1, 12)],
      ["b@1 c@1", 2, expect.closeTo(1, 12)],
    ]);
  });
});
