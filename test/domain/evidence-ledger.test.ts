import { describe, expect, it } from "vitest";
import { createEvidenceLedger, forkedLedger } from "../../src/domain/evidence-ledger.ts";
import { measuredItems, presenceOnSide, presenceVotes } from "../../src/domain/presence.ts";
import { contextEvidence, expressionEvidence, face, faceEvidence } from "../support/builders.ts";

describe("the ledger", () => {
  it("gives ids in the order of the items, and one fact from one source one id", () => {
    const ledger = createEvidenceLedger([face(), face({}, { faceId: "F2" })]);
    const [smile] = faceEvidence({ AU12: 0.9 });
    const first = ledger.add(smile as NonNullable<typeof smile>);
    const context = ledger.add(contextEvidence("A party"));
    expect([first.id, context.id]).toEqual(["E1", "E2"]);
    expect(ledger.add(contextEvidence("A party"))).toBe(context);
    const others = [
      { ...contextEvidence("A party"), faceId: "F1" },
      { ...contextEvidence("A party"), kind: "observation" as const },
      { ...contextEvidence("A party"), statement: "A wedding" },
      { ...contextEvidence("A party"), value: { type: "text" as const, text: "A wedding" } },
      { ...contextEvidence("A party"), source: { type: "user" as const, name: "another" } },
      { ...contextEvidence("A party"), region: { leftPx: 0, topPx: 0, widthPx: 1, heightPx: 1 } },
    ];
    expect(others.map((item) => ledger.add(item).id)).toEqual(["E3", "E4", "E5", "E6", "E7", "E8"]);
    expect(ledger.items()).toHaveLength(8);
    expect([ledger.get("E2"), ledger.get("E9")]).toEqual([context, undefined]);
  });

  it("of one of several judges has what all know and what it found itself, under ids that mean one thing in all", () => {
    const ledger = createEvidenceLedger([face()]);
    const [smile] = faceEvidence({ AU12: 0.9 });
    const shared = [ledger.add(smile as NonNullable<typeof smile>), ledger.add(expressionEvidence({ joy: 1 }))];
    const [one, other] = [forkedLedger(ledger, shared), forkedLedger(ledger, shared)];
    const found = one.add(contextEvidence("A party"));
    const closer = other.add({ ...expressionEvidence({ fear: 1 }), statement: "Closer" });
    const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);
    expect([ids(one.items()), ids(other.items())]).toEqual([
      ["E1", "E2", "E3"],
      ["E1", "E2", "E4"],
    ]);
    expect([one.get("E3"), other.get("E3"), one.get("E4"), one.get("E1")]).toEqual([
      found,
      undefined,
      undefined,
      shared[0],
    ]);
    expect([ids(one.ofFace("F1")), ids(other.ofFace("F1"))]).toEqual([
      ["E1", "E2"],
      ["E1", "E2", "E4"],
    ]);
    expect([ids(other.ofFace("F1", "expression")), ids(other.ofFace("F2", "expression"))]).toEqual([["E2", "E4"], []]);
    expect([ids(one.ofKind("expression")), ids(one.ofKind("context-text")), ids(other.ofKind("context-text"))]).toEqual(
      [["E2"], ["E3"], []],
    );
    // The same fact found by both is one item.
    expect(other.add(contextEvidence("A party")).id).toBe("E3");
    expect(ids(other.items())).toEqual(["E1", "E2", "E3", "E4"]);
    expect([ids(ledger.items()), closer.id]).toEqual([["E1", "E2", "E3", "E4"], "E4"]);
  });

  it("finds items by face and kind, and faces by id", () => {
    const ledger = createEvidenceLedger([face(), face({}, { faceId: "F2" })]);
    const items = [
      ...faceEvidence({ AU12: 0.9 }),
      expressionEvidence({ joy: 1 }),
      ...faceEvidence({ AU4: 0.9 }, { faceId: "F2" }),
    ];
    for (const item of items) ledger.add(item);
    const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id);
    expect(ids(ledger.ofFace("F1"))).toEqual(["E1", "E2"]);
    expect(ids(ledger.ofFace("F1", "expression"))).toEqual(["E2"]);
    expect(ids(ledger.ofFace("F2", "expression"))).toEqual([]);
    expect(ids(ledger.ofKind("action-unit"))).toEqual(["E1", "E3"]);
    expect(ledger.faces().map(({ faceId }) => faceId)).toEqual(["F1", "F2"]);
    expect([ledger.face("F2")?.faceId, ledger.face("F3")]).toEqual(["F2", undefined]);
  });
});

describe("the votes on an action unit", () => {
  it("are one for each toolbox and scale, in the order of their names", () => {
    const ledger = createEvidenceLedger([face()]);
    const items = [
      ...faceEvidence({ AU12: 3, AU4: 3 }, { toolbox: "openface@2.2", scale: "intensity-0-5" }),
      ...faceEvidence({ AU12: 0 }, { toolbox: "openface@2.2", scale: "binary" }),
      ...faceEvidence({ AU12: 0.4 }),
      expressionEvidence({ joy: 1 }),
    ].map((item) => ledger.add(item));
    expect(measuredItems(items, "AU12").map(({ value }) => value.value)).toEqual([3, 0, 0.4]);
    expect(
      presenceVotes(items, "AU12", "both").map(({ source, scale, presence }) => [source, scale, presence]),
    ).toEqual([
      ["mesh@5", "probability", "uncertain"],
      ["openface@2.2", "binary", "absent"],
      ["openface@2.2", "intensity-0-5", "present"],
    ]);
    expect(presenceVotes(items, "AU6", "both")).toEqual([]);
  });

  const at = (side: "both" | "left" | "right", presence: "present" | "absent" | "uncertain") => ({ side, presence });

  it.each([
    ["both", [at("both", "present")], "present"],
    ["both", [at("left", "present"), at("right", "absent")], "present"],
    ["both", [at("right", "present")], "present"],
    ["both", [at("both", "absent")], "absent"],
    ["both", [at("left", "absent"), at("right", "absent")], "absent"],
    ["both", [at("left", "absent")], "uncertain"],
    ["both", [at("right", "absent")], "uncertain"],
    ["both", [at("both", "uncertain")], "uncertain"],
    ["left", [at("left", "present"), at("both", "absent")], "present"],
    ["left", [at("right", "present")], "uncertain"],
    ["left", [at("both", "absent")], "absent"],
    ["left", [at("both", "present")], "uncertain"],
    ["right", [at("right", "absent"), at("left", "present")], "absent"],
    ["right", [at("left", "absent")], "uncertain"],
    ["left", [at("left", "present"), at("left", "absent")], "uncertain"],
    ["left", [at("left", "present"), at("left", "uncertain")], "present"],
    ["left", [at("left", "uncertain")], "uncertain"],
  ] as const)("read a classifier for %s: %j is %s", (side, measured, presence) => {
    expect(presenceOnSide(measured, side)).toBe(presence);
  });
});
