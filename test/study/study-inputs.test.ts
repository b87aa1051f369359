import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { listImages, listInputs, studyInputs } from "../../src/study/study-inputs.ts";
import { collect } from "../support/collect.ts";
import { tempFolder } from "../support/temp-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await tempFolder();
});

const touch = (name: string) => writeFile(join(folder, name), "");
const list = async (text: string | Uint8Array) => {
  await writeFile(join(folder, "list.csv"), text);
  return join(folder, "list.csv");
};
const paths = async (...words: string[]) =>
  (await collect(studyInputs(words))).map((input) => input.path.replace(`${folder}/`, ""));

describe("studyInputs", () => {
  it("finds every image in a folder and below, sorted, whatever the case of its ending", async () => {
    await mkdir(join(folder, "sub"));
    await Promise.all(["b.JPG", "a.png", "sub/c.webp", "notes.txt"].map(touch));
    expect(await paths(folder)).toEqual(["a.png", "b.JPG", "sub/c.webp"]);
  });

  it("tells videos from images by their ending", async () => {
    await Promise.all(["a.jpg", "b.MP4", "c.mkv", "d.txt"].map(touch));
    const inputs = await collect(studyInputs([folder]));
    expect(inputs.map(({ kind }) => kind)).toEqual(["image", "video", "video"]);
  });

  it("leaves videos out for whoever searches images, and says so", async () => {
    await Promise.all(["a.jpg", "b.MP4", "c.mkv"].map(touch));
    const told: string[] = [];
    const images = await listImages([folder], (notice) => told.push(notice));
    expect([images.map(({ path }) => path), told]).toEqual([
      [join(folder, "a.jpg")],
      ["2 videos are left out, as images are searched"],
    ]);
    await expect(listImages([join(folder, "b.MP4")])).rejects.toThrow(
      /^Cannot look for faces as there are videos alone/,
    );
  });

  it("leaves commas in the names of files alone when the list has one column or another separator", async () => {
    expect(await paths(await list("path\nAnna, smiling.jpg\n"))).toEqual(["Anna, smiling.jpg"]);
    expect(await paths(await list("path;neutral\nAnna, smiling.jpg;Anna.jpg\n"))).toEqual(["Anna, smiling.jpg"]);
    await writeFile(join(folder, "list.TSV"), "path\tneutral\nAnna, smiling.jpg\tAnna.jpg\n");
    expect(await paths(join(folder, "list.TSV"))).toEqual(["Anna, smiling.jpg"]);
  });

  it("gives what a list names twice a second time with the reason why it is not measured again", async () => {
    const inputs = await collect(studyInputs([await list("path\na.jpg\nb.jpg\n./a.jpg\n")]));
    expect(inputs.map(({ refusal }) => refusal)).toEqual([
      null,
      null,
      expect.stringMatching(/^Listed twice, measured once: line 4 repeats line 2 of/),
    ]);
    expect(new Set(inputs.map(({ key }) => key)).size).toBe(3);
  });

  it("follows links, each folder once, and keeps links that lead nowhere so that they are reported", async () => {
    await mkdir(join(folder, "a", "b"), { recursive: true });
    await touch("a/x.jpg");
    await symlink("x.jpg", join(folder, "a", "y.jpg"));
    await symlink("gone.jpg", join(folder, "a", "z.jpg"));
    await symlink("..", join(folder, "a", "b", "up"));
    await symlink("a", join(folder, "again"));
    expect(await paths(folder)).toEqual(["a/x.jpg", "a/y.jpg", "a/z.jpg"]);
  });

  it("says so when a folder holds no image", async () => {
    await expect(paths(folder)).rejects.toThrow("holds no image");
  });

  it("expands a glob and says so when nothing matches", async () => {
    await Promise.all(["b.jpg", "a.jpg"].map(touch));
    expect(await paths(join(folder, "*.jpg"))).toEqual(["a.jpg", "b.jpg"]);
    await expect(paths(join(folder, "*.gif"))).rejects.toThrow("no file matches the pattern");
  });

  it("gives a path that comes twice once, and a missing file through, so that it is reported as a failure", async () => {
    await touch("a.jpg");
    expect(await paths(join(folder, "a.jpg"), folder, join(folder, "gone.jpg"))).toEqual(["a.jpg", "gone.jpg"]);
  });

  it.each([
    ["commas", "path,neutral\na.jpg,n.jpg\nb.jpg,\n"],
    ["semicolons, Windows line ends and a BOM", "\uFEFFPath;Neutral\r\na.jpg;n.jpg\r\nb.jpg;\r\n"],
    ["UTF-16", Buffer.from("\uFEFFpath,neutral\na.jpg,n.jpg\nb.jpg,\n", "utf16le")],
    ["Excel's line about its separator", "sep=;\r\npath;neutral\r\na.jpg;n.jpg\r\nb.jpg;\r\n;\r\n"],
    ["tabs and columns nobody asked for", "id\timage\tneutral\n1\ta.jpg\tn.jpg\n2\tb.jpg\t\n"],
  ])("reads a list with %s", async (_case, text) => {
    const inputs = await collect(studyInputs([await list(text)]));
    expect(inputs.map(({ path, neutralPath, refusal }) => ({ path, neutralPath, refusal }))).toEqual([
      { path: join(folder, "a.jpg"), neutralPath: join(folder, "n.jpg"), refusal: null },
      { path: join(folder, "b.jpg"), neutralPath: null, refusal: null },
    ]);
  });

  it.each([
    ["has no path column", "photo_name,neutral\na.jpg,\n", "no column named path (it has: photo_name, neutral)"],
    ["has an empty path", "path,neutral\na.jpg,\n,n.jpg\n", "line 3 has no path"],
    ["has a row of another length", "path,neutral\na.jpg\n", "line 2 has 1 cells for 2 columns"],
    [
      "has an endless line",
      `path,note\n"${"x".repeat(18_000_000)}`,
      "the row on line 2 does not end (a quote that is never closed?)",
    ],
    ["is no text", Uint8Array.from([0x70, 0, 0x74, 0x68]), "not a text file"],
  ])("refuses a list that %s, in one sentence", async (_case, text, sentence) => {
    await expect(paths(await list(text))).rejects.toThrow(sentence);
  });

  it("says how many files of a folder it left out, and of which kinds", async () => {
    await mkdir(join(folder, "sub"));
    const left = ["a.txt", "sub/b.TXT", "c.xmp", "README", ".DS_Store"];
    await Promise.all(["p.jfif", "q.JPE", "r.mpo", "s.Mp4", ...left].map(touch));
    const notices: string[] = [];
    const inputs = await listInputs([folder], (notice) => notices.push(notice));
    expect(inputs.map(({ path }) => path.slice(-6))).toEqual(["p.jfif", "/q.JPE", "/r.mpo", "/s.Mp4"]);
    expect(notices).toEqual([
      `5 files are left out as their endings are no image's or video's: 2 without, 2 .txt, 1 .xmp (\`${folder}\`)`,
    ]);
    await listInputs([join(folder, "p.jfif")], (notice) => notices.push(notice));
    expect(notices).toHaveLength(1);
  });
});
