import type { ModelProvider } from "../model-provider.ts";

const SHIPPED = "vit-base-patch32";

/** A pair of networks that compares images with the meaning of labels: the zero-shot baseline of the field. */
export const clipProvider: ModelProvider = {
  name: "clip",
  severalModels: true,
  form: SHIPPED,
  wellKnown: /^(clip-)?vit-/,
  free: true,
  async open(model, { taxonomy }) {
    const { createClipJudge } = await import("./clip-judge.ts");
    return createClipJudge(model, taxonomy);
  },
  async openEmbedder(model) {
    const { openClipPair } = await import("./clip-pair.ts");
    const pair = await openClipPair(model);
    return {
      id: `clip:${model}`,
      remote: false,
      server: "this machine",
      embedTexts: (texts, signal) => Promise.all(texts.map((text) => pair.embedText(text, signal))),
      embedImages: (images, signal) => Promise.all(images.map((data) => pair.embedImage({ data }, signal))),
    };
  },
  async check() {
    const check = { group: "models", name: "clip" } as const;
    if (await isPulled()) return { ...check, state: "ready", detail: `${SHIPPED} is pulled`, remedy: null };
    const detail = `${SHIPPED} is not pulled, which compares images with what labels mean`;
    return { ...check, state: "missing", detail, remedy: `kuleshov models pull clip-${SHIPPED}` };
  },
  list: async () => ((await isPulled()) ? [{ model: `clip:${SHIPPED}`, sees: true, remote: false }] : []),
};

async function isPulled(): Promise<boolean> {
  const { missingDownload } = await import("../../networks/list-networks.ts");
  const { loadManifest } = await import("../../networks/manifest-store.ts");
  const { cacheFolder } = await import("../../platform/cache-folder.ts");
  const parts = await Promise.all(["image", "text"].map((part) => loadManifest(`clip-${SHIPPED}-${part}`)));
  return parts.every(({ manifest }) => missingDownload(manifest, cacheFolder()) === undefined);
}
