// Runs commands of the built Kuleshov one after another, each writing to a small disk of its own, in a namespace in which it may
// mount them (`unshare -rm`). Prints what each ended with, and ends when nothing of any of them is left running.
//   node on-full-disks.mjs '[{"command":"measure","words":["measure","a.jpg","--out","/place/out"],"kilobytes":24,"place":"/place"}]'
import { execFileSync } from "node:child_process";
import { Command } from "commander";
import { reportFailure } from "../../dist/src/cli/failure.js";

async function ended({ command, words, kilobytes, place }) {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "none", place]);
  const { register } = await import(`../../dist/src/cli/${command}.js`);
  const program = new Command("kuleshov").exitOverride();
  register(program);
  const writes = [process.stdout.write, process.stderr.write];
  let stderr = "";
  const taken =
    (said) =>
    (chunk, ...rest) => {
      said(String(chunk));
      rest.find((argument) => typeof argument === "function")?.();
      return true;
    };
  process.stdout.write = taken(() => {});
  process.stderr.write = taken((text) => {
    stderr += text;
  });
  process.exitCode = undefined;
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
  [process.stdout.write, process.stderr.write] = writes;
  return { code: process.exitCode ?? 0, stderr };
}

const all = [];
for (const run of JSON.parse(process.argv[2])) all.push(await ended(run));
process.exitCode = 0;
process.stdout.write(JSON.stringify(all));
