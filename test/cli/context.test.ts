import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import * as context from "../../src/cli/context.ts";
import { runCommand } from "../support/run-command.ts";
import { tempFolder } from "../support/temp-folder.ts";

const kuleshov = (...words: string[]) => runCommand(words, [context]);

describe("kuleshov context", () => {
  it("shows what a situation leads one to expect", async () => {
    const { code, stdout, stderr } = await kuleshov("context", "At a funeral");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^At a funeral\n {2}sadness +█+/);
    expect(stdout).toContain("pleasantness");
  });

  it("repeats the beginning of a long situation", async () => {
    const { code, stdout } = await kuleshov("context", "They buried their old friend today. ".repeat(2000));
    expect(code).toBe(0);
    expect(stdout).toContain("(12000 words)");
    expect(stdout.split("\n").length).toBeLessThan(20);
  });

  it("prints JSON, and says by its exit code that one of two was not read", async () => {
    const { code, stdout } = await kuleshov("context", "At a funeral", "photo 3", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { situation: "At a funeral", reading: { distribution: expect.arrayContaining([expect.anything()]) } },
      { situation: "photo 3", reading: { distribution: null, abstention: expect.stringContaining("no situation") } },
    ]);
  });

  it("reads a table row by row, keeps its other columns, and leaves numbers empty where nothing was read", async () => {
    const table = join(await tempFolder(), "stimuli.csv");
    await writeFile(table, 'id,Situation\n1,"She won, at last, the final"\n2,Bei der Beerdigung seiner Mutter\n');
    const { code, stdout } = await kuleshov("context", table);
    expect(code).toBe(1);
    const [read, unread]: Record<string, string>[] = parse(stdout, { columns: true });
    expect(read).toMatchObject({ id: "1", situation: "She won, at last, the final", not_read_because: "" });
    expect(Number(read?.["happiness"])).toBeGreaterThan(0.5);
    expect(unread).toMatchObject({ id: "2", happiness: "", pleasantness: "" });
    expect(unread?.["not_read_because"]).toContain("German");
  });

  it("says in one sentence which column a table lacks", async () => {
    const table = join(await tempFolder(), "wrong.csv");
    await writeFile(table, "id,stimulus\n1,At a funeral\n");
    const { code, stdout, stderr } = await kuleshov("context", table);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("no column is called situation, only id, stimulus");
  });
});
