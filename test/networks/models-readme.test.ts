import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { NetworkManifest } from "../../src/networks/manifest.ts";
import { loadManifests } from "../../src/networks/manifest-store.ts";
import { ownPath } from "../../src/platform/package-paths.ts";

it("shows a manifest to copy that is a valid one, once the hash is filled in", async () => {
  const text = await readFile(ownPath("models", "README.md"), "utf8");
  const example = /```json\n([\s\S]*?)```/.exec(text)?.[1]?.replace(/<sha256sum [^>]*>/, "0".repeat(64));
  const parsed = NetworkManifest.safeParse(JSON.parse(example as string));
  expect(parsed.error?.issues ?? []).toEqual([]);
});

it("has a card for every network, and no card without one", async () => {
  const ids = (await loadManifests()).map(({ manifest }) => manifest.id);
  expect(ids.filter((id) => !existsSync(ownPath("models", "cards", `${id}.md`)))).toEqual([]);
  const cards = (await readdir(ownPath("models", "cards"))).map((file) => file.replace(/\.md$/, ""));
  // Cards of toolboxes stand beside those of networks.
  expect(cards.filter((id) => id.startsWith("human-") || id.startsWith("face-")).sort()).toEqual(
    ids.filter((id) => id.startsWith("human-") || id.startsWith("face-")).sort(),
  );
});

it("reads each network's meaning from outputs that it has", async () => {
  for (const { manifest } of await loadManifests()) {
    const names = new Set(manifest.outputs.map(({ name }) => name));
    const spoken = [
      ...manifest.readings.map(({ output }) => output),
      ...(manifest.golden?.outputs ?? []).map(({ name }) => name),
    ];
    expect(spoken.filter((name) => !names.has(name))).toEqual([]);
  }
});
