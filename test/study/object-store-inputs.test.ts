import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { decodeImage } from "../../src/measuring/decode-image.ts";
import { ownInputs } from "../../src/runs/shard.ts";
import { namesMany, readAskList } from "../../src/study/ask-list.ts";
import { listInputs } from "../../src/study/study-inputs.ts";
import { samplePhoto } from "../support/photos.ts";
import { S3_KEYS, serveS3 } from "../support/s3-server.ts";
import { tempFolder } from "../support/temp-folder.ts";

const KEYS = ["faces/../1.jpg", "faces//1.jpg", "faces/one of two.jpg", "faces/ö/2.jpg"];
const ADDRESSES = KEYS.map((key) => `s3://photos/${key}`);

// One process has one client, and so the tests of this file one store.
const photo = await readFile(samplePhoto(1));
const objects = new Map<string, Uint8Array>([...KEYS, "faces/film.mp4", "facesx.jpg"].map((key) => [key, photo]));
const server = await serveS3(objects, 2);
for (const [name, value] of Object.entries({ AWS_ENDPOINT_URL_S3: server.url, ...S3_KEYS })) vi.stubEnv(name, value);

it("takes all images below an address, sorted, so that shards are the same on every machine", async () => {
  const notices: string[] = [];
  const inputs = await listInputs(["s3://photos/faces", "s3://photos/faces/"], (notice) => notices.push(notice));
  expect(inputs.map(({ path }) => path)).toEqual(ADDRESSES);
  expect(notices).toEqual(
    Array(2).fill(expect.stringMatching(/^1 file is left out as its ending is no image's: 1 .mp4/)),
  );
  const parts = [1, 2, 3].map((number) => ownInputs(inputs, ({ key }) => key, { number, of: 3 }).own);
  expect(
    parts
      .flat()
      .map(({ path }) => path)
      .sort(),
  ).toEqual(ADDRESSES);
});

it("names the store where there is no image, and what is read from a disk only", async () => {
  await expect(listInputs(["s3://photos/none"])).rejects.toThrow("as the object store has no image");
  await expect(listInputs(["s3://photos/list.csv"])).rejects.toThrow(
    "it lies in an object store, of which images alone",
  );
});

it("takes addresses from lists, as they stand", async () => {
  const list = join(await tempFolder(), "list.csv");
  await writeFile(list, `path,neutral\n${ADDRESSES.map((path) => `${path},${ADDRESSES[0]}`).join("\n")}\n`);
  expect((await listInputs([list])).map(({ path, neutralPath }) => [path, neutralPath])).toEqual(
    ADDRESSES.map((path) => [path, ADDRESSES[0]]),
  );
  expect((await readAskList(list)).map(({ path }) => path)).toEqual(ADDRESSES);
  expect(await Promise.all(["s3://photos/faces", ADDRESSES[0] as string].map(namesMany))).toEqual([true, false]);
});

it("decodes an object as the file that it is a copy of, and lets a store that fails end the work", async () => {
  const [address] = ADDRESSES as [string];
  const { rgb: local, ...about } = await decodeImage(samplePhoto(1));
  const { rgb, ...fetched } = await decodeImage(address);
  expect(fetched).toEqual({ ...about, path: address });
  expect(Buffer.compare(rgb, local)).toBe(0);
  const failing = (path: string) => decodeImage(path).catch((error: { code?: string }) => error.code);
  expect(await failing("s3://photos/faces/no.jpg")).toBe("image-decode");
  expect(await failing("s3://films/1.jpg")).toBe("configuration");
  server.faults.push({ status: 400, retryAfterS: 0 });
  expect(await failing(address)).toBe("provider");
  onTestFinished(() => server.close());
});
