import type { Judgment } from "../../src/domain/judgment.ts";
import { cue, judgment, subject } from "./builders.ts";
import type { WireBody } from "./model-server.ts";

/** Everything a model was told in a request after its rules, as text; images left out. */
export function toldIn({ messages }: WireBody): string {
  return messages
    .filter(({ role }) => role !== "system")
    .map(({ content }) => contentText(content))
    .join("\n");
}

function contentText(content: WireBody["messages"][number]["content"]): string {
  if (content === null) return "";
  return typeof content === "string" ? content : content.map(({ text }) => text ?? "").join("\n");
}

/** The last message of a request. */
export function lastIn({ messages }: WireBody) {
  const last = messages.at(-1);
  if (last === undefined) throw new Error("The request has no messages");
  return { ...last, text: contentText(last.content) };
}

/** Id of the ledger line that matches, as a model would read it; of `unit` where several share a line. */
export function idOf(asked: WireBody, statement: RegExp, unit?: string): string {
  const line = toldIn(asked)
    .split("\n")
    .find((each) => /\bE\d+ [[A]/.test(each) && statement.test(each));
  const id = line?.match(/\b(E\d+) \[/)?.[1] ?? line?.match(new RegExp(`\\b(E\\d+) ${unit}\\b`))?.[1];
  if (id === undefined) throw new Error(`The model was shown no item like ${statement}`);
  return id;
}

/** A judgment of the smiling face, as a careful model would give it from what it was shown. */
export function carefulJudgment(asked: WireBody, faceId: string | null = "F1"): Judgment {
  const lips = cue("The lip corners are pulled up", {
    actionUnits: [{ au: "AU12", side: "both", state: "present" }],
    evidenceIds: [idOf(asked, /AU12 .* is present/)],
  });
  return judgment(subject({ faceId, cues: [lips] }));
}

/** The same with a claim that the measurements contradict: the brows are not lowered. */
export function lyingJudgment(asked: WireBody): Judgment {
  const brows = cue("The brows are drawn together", {
    label: "anger",
    actionUnits: [{ au: "AU4", side: "both", state: "present" }],
    evidenceIds: [idOf(asked, /AU4 .* is absent/)],
  });
  const careful = carefulJudgment(asked);
  return judgment(...careful.subjects.map((each) => ({ ...each, cues: [...each.cues, brows] })));
}
