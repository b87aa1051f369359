import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../../src/platform/make-folder.ts";
import { writeFileAtomic } from "../../src/platform/write-file-atomic.ts";
import { tempFolder } from "../support/temp-folder.ts";

describe("a folder that is made", () => {
  it("comes with those above it, also when twenty ask for it at once", async () => {
    const root = await tempFolder();
    await Promise.all(Array.from({ length: 20 }, (_, i) => makeFolder(join(root, "a", "b", `${i % 3}`, "c"))));
    await makeFolder(join(root, "a", "b", "0", "c"));
  });

  it.runIf(process.platform === "linux")("is refused where none can be, rather than tried without end", async () => {
    await expect(makeFolder("/proc/no-such-thing/below")).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("is refused where a file has its name, or a link leads nowhere", async () => {
    const root = await tempFolder();
    await writeFile(join(root, "file"), "");
    await symlink("nowhere", join(root, "link"));
    await expect(makeFolder(join(root, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(makeFolder(join(root, "file", "below"))).rejects.toMatchObject({ code: "ENOTDIR" });
    await expect(makeFolder(join(root, "link"))).rejects.toBeInstanceOf(Error);
  });
});

describe("a file that is written", () => {
  it.runIf(process.platform === "linux")("never takes the place of a device", async () => {
    const link = join(await tempFolder(), "zero");
    await symlink("/dev/zero", link);
    await expect(writeFileAtomic(link, "x")).rejects.toThrow("it is a device or a pipe, not a file");
  });
});
