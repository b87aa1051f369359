import { expect, it } from "vitest";
import { type Draft, draftOf, edited } from "../../src/studio/page/evaluation-draft.ts";

const FILE = `name: faces
dataset:
  path: faces.csv
  columns: {image: path, valence: v, arousal: a}
  scales: {valence: [-1, 1], arousal: [0, 1]} # two of them
matrix:
  models: [rules]
thresholds:
  - metric: accuracy
    atLeast: 0.9
  - metric: macro_f1
    mayLose: 0.05
`;
const drafted = (text: string) => draftOf(text) as Draft;

it("keeps what the form does not show of thresholds and scales when it changes others", () => {
  const before = drafted(FILE);
  const thresholds = before.thresholds.map((each) => ({ ...each, atLeast: each.atLeast === null ? null : 0.8 }));
  expect(edited(FILE, before, { thresholds })).toBe(FILE.replace("0.9", "0.8"));
  const mapped = edited(FILE, before, { roles: { ...before.roles, who: "subject" } });
  expect(mapped).toContain("scales: {valence: [-1, 1], arousal: [0, 1]} # two of them");
  expect(mapped).toContain("subject: who");
});

it.each([
  ["in one line", "  models: [rules, ollama:llava]\n", true],
  ["in lines of their own", "  models:\n    - rules\n    - ollama:llava\n", true],
  ["by a name", "  models: [ours]\nmodels:\n  ours:\n    model: openai:gpt-4.1\n", true],
  ["as the judge of answers", "  models: [rules]\njudge:\n  model: openai:gpt-4.1\n", true],
  ["by none, as replies are replayed and a file is run here", "  models: [replay:run.zip, gguf:a.gguf]\n", false],
  ["by none", "  models: [rules] # no ollama:llava\n", false],
])("knows of a server that is named %s", (_where, models, hasServer) => {
  expect(drafted(FILE.replace("  models: [rules]\n", models)).hasServer).toBe(hasServer);
});
