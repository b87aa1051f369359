import { readFileSync } from "node:fs";
import { Command } from "commander";
import { expect, it } from "vitest";
import { parseEvalFile } from "../src/evaluation/file/read-eval-file.ts";
import { ownPath } from "../src/platform/package-paths.ts";

const tutorial = readFileSync(ownPath("docs", "tutorial.md"), "utf8");
const blocks = (language: string) =>
  [...tutorial.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text]) => text as string);
const commands = blocks("sh").flatMap((block) =>
  [...block.matchAll(/^npx kuleshov (.*)$/gm)].map(([, line]) => line as string),
);

/** The program with every command, each of which only says that it was reached. */
async function program(reached: (command: string) => void): Promise<Command> {
  const all = new Command("kuleshov").exitOverride().configureOutput({ writeErr: () => {} });
  for (const name of ["measure", "notice", "exemplars", "find", "discover", "lab", "eval", "export", "withdraw"]) {
    ((await import(`../src/cli/${name}.ts`)) as { register(to: Command): void }).register(all);
  }
  const replaceActions = (command: Command): void => {
    command.action(() => reached(command.name()));
    command.commands.forEach(replaceActions);
  };
  all.commands.forEach(replaceActions);
  return all;
}

it.each(commands)("the tutorial names a command as it is: %s", async (line) => {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
  let name: string | undefined;
  await (
    await program((command) => {
      name = command;
    })
  ).parseAsync(words, { from: "user" });
  expect(words).toContain(name);
});

it("takes a reader through every step, with an evaluation file that can be read", () => {
  expect(commands.map((line) => line.split(" ")[0])).toEqual([
    ...["measure", "notice", "exemplars", "find", "discover", "lab", "eval", "export", "withdraw"],
  ]);
  expect(parseEvalFile(blocks("yaml")[0] ?? "", "party.eval.yaml").name).toBe("party");
});
