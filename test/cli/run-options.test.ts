import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { acquireLock, type FileLock } from "../../src/platform/file-lock.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { actionUnits } from "../support/builders.ts";
import { samplePhoto } from "../support/photos.ts";

/** Every command, as `kuleshov` has it; nothing is printed and nothing ends the process. */
async function kuleshov(): Promise<Command> {
  const program = new Command("kuleshov").exitOverride().configureOutput({ writeOut: () => undefined });
  for (const file of await readdir(ownPath("src", "cli"))) {
    // These run a command as soon as they are imported; a fleet's job also ends with the process that started it.
    if (["start.ts", "main.ts", "fleet-job.ts"].includes(file) || !file.endsWith(".ts")) continue;
    const { register } = await import(`../../src/cli/${basename(file, ".ts")}.ts`);
    register?.(program);
  }
  return program;
}

const run = async (...words: string[]) => (await kuleshov()).parseAsync(["node", "kuleshov", ...words]);

function withSubcommands(command: Command, path: readonly string[] = []): [string, Command][] {
  const here: [string, Command][] = path.length === 0 ? [] : [[path.join(" "), command]];
  return [...here, ...command.commands.flatMap((one) => withSubcommands(one, [...path, one.name()]))];
}

let place: string;
const units = ["mesh@5", "other@1"].flatMap((toolbox) => actionUnits({ AU12: 0.9 }, { toolbox }));

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "kuleshov-test-"));
  const printed = vi.spyOn(process.stdout, "write").mockImplementation((_text, ...rest) => {
    const done = rest.at(-1);
    if (typeof done === "function") done();
    return true;
  });
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await mkdir(join(place, "images"));
  await writeFile(join(place, "images", "a.jpg"), await readFile(samplePhoto(2)));
  await writeFile(
    join(place, "measured.jsonl"),
    `${JSON.stringify({ path: "a.jpg", faces: [{ actionUnits: units }] })}\n`,
  );
  await writeFile(join(place, "openface.csv"), OPENFACE);
  await writeFile(join(place, "labels.csv"), "path,label\na.jpg,happiness\n");
  await writeFile(join(place, "exam.csv"), "id,question,options,answer\n1,Which?,AU6|AU12,AU6\n");
  await writeFile(join(place, "exam.eval.yaml"), EXAM);
  await run("eval", "run", join(place, "exam.eval.yaml"), "--out", join(place, "begun"));
  await run("eval", "export", join(place, "begun"), "--bundle", join(place, "exam.zip"));
  await run("measure", join(place, "images"), "--shard", "1/1", "--out", join(place, "shards"));
  const example = [join(place, "images", "a.jpg"), "--face", "F2", "--category", "smile"];
  await run("exemplars", "add", ...example, "--store", join(place, "store"));
  printed.mockClear();
}, 120_000);
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(place, { recursive: true, force: true });
});

const OPENFACE = `face, confidence, AU12_r, AU12_c\n0, 0.98, 3.1, 1\n`;
const EXAM = `name: exam
task: choose
dataset: { format: csv, path: exam.csv, columns: { id: id, question: question, options: options, choice: answer } }
matrix: { evidence: [none] }
scorers: [choice]
`;

/** What is typed for each command that writes a folder, before --out. */
const typed: Readonly<Record<string, (place: string) => readonly string[]>> = {
  ask: (at) => ["ask", join(at, "images", "a.jpg")],
  "ask of many": (at) => ["ask", join(at, "images")],
  measure: (at) => ["measure", join(at, "images")],
  merge: (at) => ["merge", join(at, "shards", "1-of-1")],
  import: (at) => ["import", join(at, "openface.csv")],
  agreement: (at) => ["agreement", join(at, "measured.jsonl")],
  find: (at) => ["find", "smile", join(at, "images"), "--store", join(at, "store")],
  discover: (at) => ["discover", join(at, "images"), "--store", join(at, "store")],
  "eval run": (at) => ["eval", "run", join(at, "exam.eval.yaml")],
  "eval run of a bundle": (at) => ["eval", "run", "--bundle", join(at, "exam.zip")],
  validate: (at) => ["validate", join(at, "images"), join(at, "labels.csv")],
  lab: (at) => ["lab", join(at, "images", "a.jpg")],
};

describe("every command that writes a folder", () => {
  it("has --out, --resume and --force with the same words", async () => {
    const writing = withSubcommands(await kuleshov()).filter(([, { options }]) => options.some(isOut));
    // What a fleet did is put together as `merge` does it, once a database has said what that was.
    const expected = [...Object.keys(typed).filter((name) => !name.includes(" of ")), "fleet merge"];
    expect(writing.map(([name]) => name).sort()).toEqual(expected.sort());
    const words = writing.map(([, { options }]) => ({
      out: options.find(isOut)?.description.split(":")[0],
      resume: options.find(({ long }) => long === "--resume")?.description,
      force: options.find(({ long }) => long === "--force")?.description,
    }));
    expect(new Set(words.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(words[0]).toMatchObject({
      out: "where the results go",
      resume: expect.stringMatching(/go on with the run in the folder/),
      force: expect.stringMatching(/only what Kuleshov wrote there is removed/),
    });
  });

  it.each(Object.keys(typed))("leaves a folder in which another process is at work, and says who: %s", async (name) => {
    const folder = join(place, name.replaceAll(" ", "-"));
    await mkdir(folder);
    const lock = (await acquireLock(join(folder, "run.lock"))) as FileLock;
    try {
      await expect(run(...(typed[name]?.(place) ?? []), "--out", folder)).rejects.toThrow(
        /^Cannot write results as process \d+ on .* is at work in the folder: wait for it, or name another \(`.*`\)$/,
      );
      expect(await readdir(folder)).toEqual(["run.lock"]);
    } finally {
      await lock.release();
    }
  });

  it("is not gone on with by eval resume while another process is at work in it", async () => {
    const lock = (await acquireLock(join(place, "begun", "run.lock"))) as FileLock;
    await expect(run("eval", "resume", join(place, "begun"))).rejects.toThrow(/is at work in the folder/);
    await lock.release();
  });

  it("is left alone by discover score and accept while another process is at work in it: no verdict is lost", async () => {
    const folder = join(place, "discovered");
    await run("discover", join(place, "images"), "--store", join(place, "store"), "--out", folder);
    const acts = [
      ["score", join(place, "sheet.csv")],
      ["accept", "P1"],
    ].map((words) => () => run("discover", ...words, "--in", folder));
    const lock = (await acquireLock(join(folder, "run.lock"))) as FileLock;
    for (const act of acts) await expect(act()).rejects.toThrow(/is at work in the folder/);
    await lock.release();
    for (const act of acts) await expect(act()).rejects.not.toThrow(/is at work in the folder/);
    expect(await readdir(folder)).not.toContain("run.lock");
  });

  it("refuses --resume and --force without a folder", async () => {
    for (const name of ["ask", "agreement", "measure"]) {
      await expect(run(...(typed[name]?.(place) ?? []), "--force")).rejects.toThrow(/--force.* need --out/);
    }
  });
});

const isOut = ({ long }: { readonly long?: string | null }) => long === "--out";

describe("agreement --out", () => {
  it("keeps to a run of its own: finished is finished, other measurements are refused, files of others stay", async () => {
    const folder = join(place, "figures");
    const words = ["agreement", join(place, "measured.jsonl"), "--out", folder];
    await run(...words);
    expect((await readdir(folder)).sort()).toEqual([
      "agreement.csv",
      "agreement.html",
      "agreement.json",
      "agreement.svg",
      "journal.jsonl",
    ]);
    await expect(run(...words)).rejects.toThrow(/holds a finished run/);
    await run(...words, "--resume");
    const other = join(place, "other.jsonl");
    await writeFile(other, (await readFile(join(place, "measured.jsonl"), "utf8")).repeat(2));
    await expect(run("agreement", other, "--out", folder)).rejects.toThrow(
      /other settings \(measurements: .*other.jsonl/,
    );
    await writeFile(join(folder, "notes.txt"), "mine");
    await run("agreement", other, "--out", folder, "--force");
    expect(JSON.parse(await readFile(join(folder, "agreement.json"), "utf8"))).toMatchObject({ faces: 2 });
    expect(existsSync(join(folder, "notes.txt"))).toBe(true);
  });
});

describe("a single file that a command writes", () => {
  it("never takes the place of another", async () => {
    const theirs = join(place, "images", "a.jpg");
    const before = await readFile(theirs);
    await expect(run("eval", "export", join(place, "begun"), "--bundle", theirs)).rejects.toThrow(
      /^Cannot write as the file exists \(name another\)/,
    );
    const [exemplar = ""] = await idsIn(join(place, "store"));
    await expect(
      run("exemplars", "show", exemplar, "--image", theirs, "--store", join(place, "store")),
    ).rejects.toThrow(/^Cannot write as the file exists/);
    expect(await readFile(theirs)).toEqual(before);
  });
});

async function idsIn(store: string): Promise<string[]> {
  const { openStore } = await import("../../src/compose/exemplars.ts");
  return (await openStore(store).list()).map(({ id }) => id);
}
