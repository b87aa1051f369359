import { readFile } from "node:fs/promises";
import { ownPath } from "../platform/package-paths.ts";
import { EmotionWheel, LemmaFile, type Lemmas, lemmaLookup } from "./metrics/emotion-wheels.ts";

/** Wheels that ship with Kuleshov. */
const WHEELS = ["plutchik", "geneva", "ekman"] as const;

/** Reads the shipped wheels. */
export async function loadWheels(): Promise<readonly EmotionWheel[]> {
  return Promise.all(WHEELS.map(async (id) => EmotionWheel.parse(await shipped(id))));
}

/** Reads the shipped look-up from inflected forms to emotion nouns. */
export async function loadLemmas(): Promise<Lemmas> {
  return lemmaLookup(LemmaFile.parse(await shipped("lemmas")));
}

async function shipped(name: string): Promise<unknown> {
  return JSON.parse(await readFile(ownPath("evals", "wheels", `${name}.json`), "utf8"));
}
