import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { journalLine, openJournal, readJournal, wholeRecords } from "../../src/runs/journal.ts";
import { collect } from "../support/collect.ts";
import { fullDisk } from "../support/full-disk.ts";
import { tempFolder } from "../support/temp-folder.ts";

let path: string;
beforeEach(async () => {
  path = join(await tempFolder(), "results.jsonl");
});

const read = () => collect(readJournal(path));
const text = () => readFile(path, "utf8");

describe("the journal", () => {
  it("ends each line with the checksum of its record", async () => {
    const check = crc32('{"n":1}').toString(16).padStart(8, "0");
    expect(journalLine({ n: 1 })).toBe(`{"n":1,"check":"${check}"}\n`);
    // A checksum that begins with a zero keeps its eight digits.
    const short = Array.from({ length: 400 }, (_, n) => journalLine({ n })).filter((line) =>
      line.includes('"check":"0'),
    );
    expect(short.length).toBeGreaterThan(5);
    await writeFile(path, short.join(""));
    expect(await read()).toHaveLength(short.length);
  });

  it("keeps what is appended at once, in order, and closes twice without harm", async () => {
    const journal = await openJournal(path);
    await Promise.all(Array.from({ length: 50 }, (_, n) => journal.append({ n, word: "é\n" })));
    await journal.append({ n: 50 });
    const last = journal.append({ n: 51 });
    await journal.close();
    await journal.close();
    await last;
    await expect(journal.append({ n: 52 })).rejects.toThrow();
    expect(await read()).toEqual([...Array.from({ length: 50 }, (_, n) => ({ n, word: "é\n" })), { n: 50 }, { n: 51 }]);
  });

  it("drops a half-written last line, when read and when written on", async () => {
    const first = await openJournal(path);
    await first.append({ n: 1 });
    await first.close();
    await appendFile(path, '{"n": 2, "text": "cut o');
    expect(await read()).toEqual([{ n: 1 }]);
    const second = await openJournal(path);
    await second.append({ n: 3 });
    await second.close();
    expect(await read()).toEqual([{ n: 1 }, { n: 3 }]);
    expect(await text()).toBe(journalLine({ n: 1 }) + journalLine({ n: 3 }));
  });

  it("names the line that is damaged in the middle, and gives what is before it", async () => {
    await writeFile(path, '{"n":1}\n{"n":\n{"n":3}\n');
    const found: unknown[] = [];
    const reading = (async () => {
      for await (const record of readJournal(path)) found.push(record);
    })();
    await expect(reading).rejects.toThrow("line 2 is damaged");
    expect(found).toEqual([{ n: 1 }]);
    expect(await collect(wholeRecords(path))).toEqual([{ n: 1 }]);
  });

  it.each([
    ["a changed record", journalLine({ n: 2 }).replace("2", "3")],
    [
      "a changed checksum",
      journalLine({ n: 2 }).replace(/"check":"./, (check) => check.slice(0, -1) + (check.endsWith("0") ? "1" : "0")),
    ],
    ["a checksum that is not where it belongs", journalLine({ n: 2 }).replace(',"check":', ',"check" :')],
    ["zeros", "\0\0\0\0\n"],
    ["nothing", "\n"],
  ])("takes a last line for damaged that holds %s", async (_case, line) => {
    await writeFile(path, journalLine({ n: 1 }) + line);
    expect(await read()).toEqual([{ n: 1 }]);
    await (await openJournal(path)).close();
    expect(await text()).toBe(journalLine({ n: 1 }));
  });

  it("takes lines without a checksum as they are, and no file for no records", async () => {
    expect(await read()).toEqual([]);
    await writeFile(path, '{"n":1}\n[2]\n');
    expect(await read()).toEqual([{ n: 1 }, [2]]);
    await (await openJournal(path)).close();
    expect(await text()).toBe('{"n":1}\n[2]\n');
  });

  it("reads lines that reach over several pieces of the file", async () => {
    const long = { text: "ä".repeat(3 << 20) };
    await writeFile(path, `${journalLine({ n: 1 }) + journalLine(long) + journalLine({ n: 2 })}{"torn`);
    expect(await read()).toEqual([{ n: 1 }, long, { n: 2 }]);
    await (await openJournal(path)).close();
    expect((await text()).endsWith(journalLine({ n: 2 }))).toBe(true);
  });

  it("fails the records of a batch that could not be written, and no later one", async () => {
    const journal = await openJournal(path);
    await journal.append({ n: 0 });
    const { spy, refusal } = await fullDisk();
    spy.mockRejectedValueOnce(refusal);
    const outcomes = await Promise.allSettled([journal.append({ n: 1 }), journal.append({ n: 2 })]);
    spy.mockRestore();
    expect(outcomes.map(({ status }) => status)).toContain("rejected");
    expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { message: expect.stringContaining("the disk is full") },
    });
    await journal.append({ n: 3 });
    await journal.close();
    expect((await read()).at(-1)).toEqual({ n: 3 });
  });
});
