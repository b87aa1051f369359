import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { DEFAULT_QUESTION } from "../domain/question.ts";
import { actionUnits } from "../facs/action-units.ts";
import { fillIn, type PromptLibrary, quoted } from "../judging/prompt-library.ts";

const RULES = "kuleshov://rules";
const ACTION_UNITS = "kuleshov://action-units";

const JudgeImageArguments = z.object({
  image: z.string().min(1).describe("Path of an image or clip on the server's machine"),
  question: z.string().optional().describe("What to judge; what emotions are shown, unless told"),
  context: z.string().optional().describe("What is known of the situation, in words"),
});

/** What the client's own model is told at the start. */
export function instructions(prompts: PromptLibrary, root: string): string {
  return fillIn(prompts.prompt("mcp-instructions"), { root: quoted(root) });
}

/** Offers the rules of judging and the action units as resources, and a judgment by the client's model as a prompt. */
export function registerTexts(server: McpServer, prompts: PromptLibrary): void {
  const judge = prompts.prompt("judge");
  server.registerResource("rules", RULES, { description: judge.description, mimeType: "text/markdown" }, () => ({
    contents: [{ uri: RULES, mimeType: "text/markdown", text: judge.body }],
  }));
  const description = "The action units of FACS that Kuleshov knows: name, muscles, and what is to be seen.";
  server.registerResource("action-units", ACTION_UNITS, { description, mimeType: "application/json" }, () => ({
    contents: [{ uri: ACTION_UNITS, mimeType: "application/json", text: JSON.stringify(actionUnits(), null, 1) }],
  }));
  const file = prompts.prompt("mcp-judge-image");
  server.registerPrompt(
    "judge_image",
    { title: "Judge an image", description: file.description, argsSchema: JudgeImageArguments },
    ({ image, question = DEFAULT_QUESTION, context }) => {
      const stated = context?.trim() ? quoted(context) : "none";
      const text = fillIn(file, { image: quoted(image), question: quoted(question), context: stated });
      return { messages: [{ role: "user", content: { type: "text", text } }] };
    },
  );
}
