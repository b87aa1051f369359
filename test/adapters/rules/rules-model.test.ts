import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import type { ClientTool } from "@langchain/core/tools";
import { createAgent, tool } from "langchain";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createRulesModel } from "../../../src/adapters/rules/rules-model.ts";
import { ModelBridge, userMessage } from "../../../src/agent/model-bridge.ts";
import { createTransferRecorder } from "../../../src/agent/transfer.ts";
import { complaintAt } from "../../../src/domain/complaint.ts";
import { ConfigurationError } from "../../../src/domain/errors.ts";
import type { EvidenceItem } from "../../../src/domain/evidence.ts";
import type { EvidenceLedger } from "../../../src/domain/evidence-ledger.ts";
import { Judgment } from "../../../src/domain/judgment.ts";
import {
  contextEvidence,
  expressionEvidence,
  faceEvidence,
  foundFaceEvidence,
  ledgerOf,
} from "../../support/builders.ts";

const two = ledgerOf(
  contextEvidence("A birthday party"),
  foundFaceEvidence("F1"),
  foundFaceEvidence("F2"),
  faceEvidence({ AU6: 0.9, AU12: 0.95, AU4: 0.1, AU15: 0.1 }),
  expressionEvidence({ happiness: 0.9, neutral: 0.1 }),
  faceEvidence(
    {
      AU1: 0.9,
      AU2: 0.9,
      AU5: 0.9,
      AU26: 0.9,
      AU4: 0.1,
      AU6: 0.1,
      AU9: 0.1,
      AU10: 0.1,
      AU12: 0.1,
      AU15: 0.1,
      AU20: 0.1,
    },
    { faceId: "F2" },
  ),
);

/** The tools as an agent loop offers them: words for the model, items for the program. */
function toolsOver(ledger: EvidenceLedger): ClientTool[] {
  const answer = (evidence: readonly EvidenceItem[]) => ["Words that the baseline does not read", { evidence }];
  const both = { responseFormat: "content_and_artifact" as const };
  return [
    tool(async () => answer(ledger.ofKind("face")), { ...both, name: "find_faces", schema: z.strictObject({}) }),
    tool(async ({ faceId }: { faceId: string }) => answer(ledger.ofFace(faceId)), {
      ...both,
      name: "measure_face",
      schema: z.strictObject({ faceId: z.string() }),
    }),
    tool(async () => answer(ledger.items()), { ...both, name: "list_evidence", schema: z.strictObject({}) }),
    tool(async () => answer([]), { ...both, name: "look_up_facs", schema: z.strictObject({ query: z.string() }) }),
    tool(async () => "Received.", { name: "judgment", schema: z.toJSONSchema(Judgment), returnDirect: true }),
  ];
}

function agentOver(ledger: EvidenceLedger, more: ReturnType<typeof toolsOver> = []) {
  return createAgent({
    model: new ModelBridge(createRulesModel(), createTransferRecorder(createRulesModel())),
    tools: [...toolsOver(ledger), ...more],
    systemPrompt: "Judge.",
  });
}

function callsIn(messages: readonly BaseMessage[]) {
  return messages
    .filter((message) => AIMessage.isInstance(message))
    .map((message) => (message.tool_calls ?? []).map(({ name, args }) => [name, args["faceId"]]));
}

function judgmentIn(messages: readonly BaseMessage[]): Judgment {
  const call = messages
    .filter((message) => AIMessage.isInstance(message))
    .flatMap(({ tool_calls }) => tool_calls ?? [])
    .findLast(({ name }) => name === "judgment");
  return Judgment.parse(call?.args);
}

describe("the rules chat model", () => {
  it("drives the agent loop: faces, each face at once, the ledger, the judgment", async () => {
    const { messages } = await agentOver(two).invoke({ messages: [new HumanMessage("Who feels what?")] });
    expect(callsIn(messages)).toEqual([
      [["find_faces", undefined]],
      [
        ["measure_face", "F1"],
        ["measure_face", "F2"],
      ],
      [["list_evidence", undefined]],
      [["judgment", undefined]],
    ]);
    const { subjects } = judgmentIn(messages);
    expect(subjects.map(({ faceId, integrated }) => [faceId, integrated.distribution[0]?.label])).toEqual([
      ["F1", "happiness"],
      ["F2", "surprise"],
    ]);
  });

  it("gives the same calls and words every time", async () => {
    const run = async () => {
      const { messages } = await agentOver(two).invoke({ messages: [new HumanMessage("Who?")] });
      return messages
        .filter((message) => AIMessage.isInstance(message))
        .map(({ text, tool_calls }) => [text, tool_calls]);
    };
    expect(await run()).toEqual(await run());
  });

  it("judges the scene when there is no face", async () => {
    const ledger = ledgerOf(contextEvidence("At the funeral"));
    const { messages } = await agentOver(ledger).invoke({ messages: [new HumanMessage("Well?")] });
    expect(
      callsIn(messages)
        .flat()
        .map(([name]) => name),
    ).toEqual(["find_faces", "list_evidence", "judgment"]);
    expect(judgmentIn(messages).subjects).toMatchObject([{ faceId: null }]);
  });

  it("withdraws what is complained about and keeps the rest", async () => {
    const agent = agentOver(two);
    const first = await agent.invoke({ messages: [new HumanMessage("Who?")] });
    const before = judgmentIn(first.messages);
    const contradicted = complaintAt("subjects[0].cues[1]", "contradicted", "says what the measurements contradict");
    const second = await agent.invoke({
      messages: [...first.messages, userMessage([{ type: "text", text: "Mend it" }], [contradicted])],
    });
    const after = judgmentIn(second.messages);
    expect(callsIn(second.messages.slice(first.messages.length)).flat()).toEqual([["judgment", undefined]]);
    expect(after.subjects[0]?.cues).toEqual(before.subjects[0]?.cues.filter((_cue, at) => at !== 1));
    expect(after.subjects[1]).toEqual(before.subjects[1]);

    const third = await agent.invoke({
      messages: [
        ...second.messages,
        userMessage([{ type: "text", text: "Mend it" }], [complaintAt("answer", "felt-state", "asserts a felt state")]),
      ],
    });
    expect(judgmentIn(third.messages).subjects).toEqual(after.subjects);
    expect(judgmentIn(third.messages).answer).not.toBe(before.answer);
  });

  it("answers with what it has when a tool fails", async () => {
    const parameters = (...names: string[]) => ({
      type: "object",
      properties: Object.fromEntries(names.map((name) => [name, {}])),
    });
    const answer = await createRulesModel().reply({
      messages: [
        { role: "user", parts: [{ type: "text", text: "Who?" }] },
        { role: "assistant", text: "", calls: [{ id: "rules_1", name: "find_faces", args: {} }] },
        { role: "tool", callId: "rules_1", name: "find_faces", text: "No tool calls are left", output: {}, views: [] },
      ],
      tools: [
        { name: "find_faces", description: "", parameters: parameters() },
        { name: "judgment", description: "", parameters: parameters("answer", "subjects") },
      ],
    });
    expect(answer.calls.map(({ name }) => name)).toEqual(["judgment"]);
  });

  it("calls tools of the scene that need nothing or a face, whatever they are called", async () => {
    const scene = tool(async () => ["A cake", { evidence: [] }], {
      name: "objects_in_scene",
      schema: z.strictObject({}),
      responseFormat: "content_and_artifact",
    });
    const posture = tool(async () => ["Upright", { evidence: [] }], {
      name: "body_posture",
      schema: z.strictObject({ faceId: z.string() }),
      responseFormat: "content_and_artifact",
    });
    const { messages } = await agentOver(two, [scene, posture]).invoke({ messages: [new HumanMessage("Who?")] });
    expect(callsIn(messages)[0]?.map(([name]) => name)).toEqual(["find_faces", "objects_in_scene"]);
    expect(callsIn(messages)[1]?.map(([name]) => name)).toEqual([
      "measure_face",
      "measure_face",
      "body_posture",
      "body_posture",
    ]);
  });

  it("says in one sentence that it cannot answer without tools", async () => {
    const messages = [{ role: "user" as const, parts: [{ type: "text" as const, text: "What do you see?" }] }];
    await expect(createRulesModel().reply({ messages })).rejects.toThrow(ConfigurationError);
  });

  it("tells which rules and tables it used", async () => {
    const { messages } = await agentOver(two).invoke({ messages: [new HumanMessage("Who?")] });
    expect(messages.find((message) => AIMessage.isInstance(message))?.response_metadata).toMatchObject({
      fingerprint: expect.stringMatching(/^rules rules-[0-9a-f]{12}$/),
    });
  });
});
