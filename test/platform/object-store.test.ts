import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { collect } from "../support/collect.ts";
import { S3_KEYS, serveS3 } from "../support/s3-server.ts";
import { tempFolder } from "../support/temp-folder.ts";

const text = (words: string) => Buffer.from(words);
const ODD = ["a/../b.jpg", "a/1.jpg", "a/with space & + %20.jpg", "a/ünï/é.JPG"];

/** A store with objects, and what reads it: as a process of its own would, whose environment is `env`. */
async function openStore(objects: readonly (readonly [string, Buffer])[], { keysInPage = 1000, env = {} } = {}) {
  const server = await serveS3(new Map(objects), keysInPage);
  onTestFinished(() => server.close());
  const nobody = join(await tempFolder(), "none");
  const environment: Record<string, string | undefined> = {
    ...{ AWS_ENDPOINT_URL_S3: server.url, AWS_PROFILE: undefined, AWS_EC2_METADATA_DISABLED: "true" },
    ...{ AWS_CONFIG_FILE: nobody, AWS_SHARED_CREDENTIALS_FILE: nobody, AWS_REGION: undefined, ...S3_KEYS, ...env },
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.resetModules();
  return { server, ...(await import("../../src/platform/object-store.ts")) };
}

it("lists what lies below an address over as many pages as there are, whatever characters keys have", async () => {
  const keys = [...ODD, "a/folder/", "ab.jpg", "b/1.jpg"];
  const store = await openStore(
    keys.map((key) => [key, text(key)]),
    { keysInPage: 2 },
  );
  expect(await collect(store.listObjects("s3://photos/a"))).toEqual(ODD.map((key) => `s3://photos/${key}`));
  expect(store.server.requests).toHaveLength(3);
  for (const key of ODD) expect(String(await store.readObject(`s3://photos/${key}`))).toBe(key);
});

it("asks again when the store is busy or breaks off, and has the whole of what is there then", async () => {
  const { server, readObject } = await openStore([["1.jpg", text("the first version of it")]]);
  server.faults.push({ status: 503, retryAfterS: 0.01 }, { cutAfterBytes: 9 });
  const reading = readObject("s3://photos/1.jpg");
  await vi.waitFor(() => expect(server.requests).toHaveLength(2), { timeout: 20_000 });
  server.objects.set("1.jpg", text("another"));
  expect(String(await reading)).toBe("another");
  expect(server.requests).toEqual(Array(3).fill("GET /photos/1.jpg?x-id=GetObject"));
});

it("says in one sentence that the store stays busy, after four tries", async () => {
  const { server, listObjects } = await openStore([]);
  server.faults.push(...Array(5).fill({ status: 503, retryAfterS: 0.01 }));
  await expect(collect(listObjects("s3://photos/a"))).rejects.toThrow(
    "Cannot read from the object store as it answered 503: the same command goes on later, with --resume where it has --out (`s3://photos/a`)",
  );
  expect(server.requests).toHaveLength(4);
});

it.each<[string, string, Record<string, string | undefined>, string]>([
  ["an object is not there", "s3://photos/no.jpg", {}, "there is no such object"],
  ["an object may not be read", "s3://photos/locked/1.jpg", {}, "these credentials may not read it (403)"],
  ["a bucket is not there", "s3://films/1.jpg", {}, "as there is no such bucket (`s3://films/1.jpg`)"],
  ["no bucket is named", "s3:///1.jpg", {}, "no bucket is named: write s3://bucket/folder (`s3:///1.jpg`)"],
  ["the key is unknown", "s3://photos/1.jpg", { AWS_ACCESS_KEY_ID: "AKIDOTHER" }, "does not know this access key"],
  [
    "the secret is wrong",
    "s3://photos/1.jpg",
    { AWS_SECRET_ACCESS_KEY: "x" },
    "secret key is not that of the access key",
  ],
  [
    "there is no key",
    "s3://photos/1.jpg",
    { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
    "as there are no credentials for it: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile",
  ],
])("says in one sentence, without a key in it, that %s", async (_case, address, env, sentence) => {
  const { readObject } = await openStore([["1.jpg", text("1")]], { env });
  const error = await readObject(address).catch((refused: Error) => refused);
  expect(error).toMatchObject({ message: expect.stringContaining(sentence) });
  expect((error as Error).message).not.toMatch(/AKID|secret-of/);
});

it("refuses an object that is larger than may be read", async () => {
  const { readObject } = await openStore([["1.jpg", text("x".repeat(3_000_000))]]);
  await expect(readObject("s3://photos/1.jpg", { mostBytes: 1e6 })).rejects.toThrow("it has 3 MB (limit 1)");
});

it("takes key and endpoint from the profile that is named", async () => {
  const folder = await tempFolder();
  const files = { AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"), AWS_CONFIG_FILE: join(folder, "config") };
  const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_ENDPOINT_URL_S3: undefined };
  const { server, readObject, objectStoreNotice } = await openStore([["1.jpg", text("1")]], {
    env: { ...none, ...files, AWS_PROFILE: "lab" },
  });
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = S3_KEYS;
  await writeFile(
    files.AWS_SHARED_CREDENTIALS_FILE,
    `[lab]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`,
  );
  await writeFile(files.AWS_CONFIG_FILE, `[profile lab]\nregion = eu-west-3\nendpoint_url = ${server.url}\n`);
  expect(String(await readObject("s3://photos/1.jpg"))).toBe("1");
  expect(await objectStoreNotice("s3://photos/1.jpg")).toBeUndefined();
});

it("tells which server is asked where that is not this machine, and sends nothing to tell it", async () => {
  const { objectStoreNotice, server } = await openStore([], { env: { AWS_ENDPOINT_URL_S3: "https://s3.example.org" } });
  expect(await objectStoreNotice("s3://photos/a")).toBe(
    "Images are listed and fetched from https://s3.example.org (s3://photos); nothing but these requests is sent there",
  );
  expect(server.requests).toEqual([]);
});
