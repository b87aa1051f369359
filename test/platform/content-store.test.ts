import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { clearStore, contentKey, createContentStore, sizeOfStore } from "../../src/platform/content-store.ts";
import { tempFolder } from "../support/temp-folder.ts";

const LARGE = 1e9;

async function fileOf(folder: string, key: string): Promise<string> {
  const path = join(folder, key.slice(0, 2), `${key}.json.gz`);
  await readFile(path);
  return path;
}

describe("a content store", () => {
  it("gives what was kept, to other processes too, and nothing for another key", async () => {
    const folder = await tempFolder();
    const key = contentKey({ toolbox: "mesh@1", image: "a" });
    await createContentStore(folder, LARGE).put(key, [{ value: 0.1 }]);
    const other = createContentStore(folder, LARGE);
    expect(await other.get(key)).toEqual([{ value: 0.1 }]);
    expect(await other.get(contentKey({ image: "a", toolbox: "mesh@1" }))).toEqual([{ value: 0.1 }]);
    expect(await other.get(contentKey({ toolbox: "mesh@5", image: "a" }))).toBeUndefined();
  });

  it("gives nothing for an entry that was cut short or altered", async () => {
    const folder = await tempFolder();
    const store = createContentStore(folder, LARGE);
    const [cut, altered] = [contentKey(1), contentKey(2)];
    for (const key of [cut, altered]) await store.put(key, "x".repeat(500));
    const bytes = await readFile(await fileOf(folder, cut));
    await writeFile(await fileOf(folder, cut), bytes.subarray(0, bytes.length - 6));
    await writeFile(
      await fileOf(folder, altered),
      bytes.map((byte, index) => (index === 14 ? byte ^ 1 : byte)),
    );
    expect(await store.get(cut)).toBeUndefined();
    expect(await store.get(altered)).toBeUndefined();
  });

  it("lets go of what was not asked for the longest once it has outgrown its limit", async () => {
    const folder = await tempFolder();
    const keys = [1, 2, 3, 4].map(contentKey);
    const last = Array.from({ length: 5000 }, (_, at) => contentKey(at + 5)).find((key) =>
      key.endsWith("00"),
    ) as string;
    const store = createContentStore(folder, LARGE);
    for (const [index, key] of keys.entries()) {
      await store.put(key, key);
      await utimes(await fileOf(folder, key), index + 1, index + 1);
    }
    expect(await store.get(keys[0] as string)).toBe(keys[0]); // asked for now
    const { bytes } = await sizeOfStore(folder);
    await createContentStore(folder, bytes).put(last, last);
    expect(await store.get(keys[0] as string)).toBe(keys[0]);
    expect(await store.get(keys[1] as string)).toBeUndefined();
    expect((await sizeOfStore(folder)).bytes).toBeLessThanOrEqual(bytes);
  });

  it("says that there is a value without reading it, and fails to keep one where it cannot be written", async () => {
    const folder = await tempFolder();
    const store = createContentStore(folder, LARGE);
    await store.put(contentKey(1), 1);
    expect([await store.has(contentKey(1)), await store.has(contentKey(2))]).toEqual([true, false]);
    await writeFile(join(folder, "file"), "no folder");
    await expect(createContentStore(join(folder, "file")).put(contentKey(1), 1)).rejects.toThrow(/EEXIST|ENOTDIR/);
  });

  it("is cleared of its own entries and of nothing else", async () => {
    const folder = await tempFolder();
    await createContentStore(folder, LARGE).put(contentKey(1), 1);
    const part = contentKey(1).slice(0, 2);
    const elsewhere = `${part === "00" ? "11" : "00"}${contentKey(1).slice(2)}.json.gz`;
    const aFolder = `${part}${"0".repeat(62)}.json.gz`;
    await mkdir(join(folder, part, aFolder));
    for (const mine of ["mine.txt", "mine.json.gz", elsewhere]) await writeFile(join(folder, part, mine), "mine");
    expect(await clearStore(folder)).toMatchObject({ entries: 1 });
    expect(await sizeOfStore(folder)).toEqual({ entries: 0, bytes: 0 });
    expect((await readdir(join(folder, part))).sort()).toEqual(["mine.txt", "mine.json.gz", elsewhere, aFolder].sort());
    expect(await clearStore(join(folder, "nowhere"))).toEqual({ entries: 0, bytes: 0 });
  });
});
