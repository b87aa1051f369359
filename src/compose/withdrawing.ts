import { basename, relative } from "node:path";
import { groupBy } from "../domain/group-by.ts";
import type { Remainder, Withdrawal } from "../withdraw.ts";
import type { FileChange } from "../withdrawal/files.ts";
import { cachesOfPeople } from "./caches.ts";
import { existingStore, openStore, storeKey, storesIn } from "./exemplars.ts";

/** The exemplar stores and caches that a withdrawal goes through, and an end to them. @param named stores that are in none of the places. */
export async function openWithdrawal(places: readonly string[], named?: readonly string[]) {
  const usual = existingStore(undefined);
  const known = named ?? (usual === undefined ? [] : [usual]);
  const stores = [...new Set([...known, ...(await storesIn(places))].map(storeKey))].map(openStore);
  const close = () => Promise.all(stores.map((store) => store.close()));
  return { dependencies: { stores, caches: cachesOfPeople }, close };
}

/** What a withdrawal came to, in words. */
export function outcomeInWords(
  name: string,
  { searched, left }: { readonly searched: number; readonly left: readonly Remainder[] },
): string {
  return left.length === 0
    ? `Removed. No byte of ${name} is left in ${searched} files: names, paths, hashes and parts of images were looked for.\n`
    : `${left.length} of ${searched} files still hold something of ${name}, which Kuleshov cannot take out of them:\n${left.map(({ path, trace }) => `  ${shown(path)}: ${trace.slice(0, 60)}\n`).join("")}`;
}

/** What no program here can clear. */
export const OUT_OF_REACH = [
  "Out of reach are backups, snapshots and freed blocks of the file system, copies that others have, exports and pages that were",
  "moved elsewhere, and what a model's server kept of what it was sent. Figures over many people stay as they were until made anew.",
];

/** What would go, where, and what becomes of the rest. */
export function planInWords(name: string, plan: Withdrawal, cacheFolder = cachesOfPeople.folder): string {
  const { traces, changes, exemplars, caches, imagesElsewhere } = plan;
  const lines: string[] = [];
  const shared = [...traces.others];
  const images = traces.imageCount();
  lines.push(`${name}: ${images} ${plural("image", images)} of theirs ${images === 1 ? "is" : "are"} known.`);
  if (shared.length > 0)
    lines.push(`On some there is somebody else as well, whose rows about these go too: ${shared.join(", ")}`);
  for (const [place, own] of groupBy(changes, ({ file }) => file.run?.folder ?? file.place)) {
    lines.push("", shown(place), ...own.map((change) => `  ${changeInWords(change, place)}`));
    const command = own[0]?.file.run?.history.began.command;
    const again = command === undefined ? undefined : MADE_AGAIN[command];
    if (again !== undefined && own.some(({ file, removes }) => removes === "all" && IS_PAGE.test(file.path))) {
      lines.push(`  (pages and images show several people at once; made again by ${again})`);
    }
  }
  for (const { store, ids } of exemplars) {
    lines.push(
      "",
      shown(store.location),
      `  ${ids.length} ${plural("exemplar", ids.length)}, and every earlier version of the store`,
    );
  }
  lines.push(
    "",
    shown(cacheFolder),
    `  all ${caches.entries} measurements, answers and unpacked images: their names are hashes, which do not say whose they are`,
  );
  if (imagesElsewhere.length > 0) {
    lines.push(
      "",
      "Not touched, as in none of the places: delete these yourself",
      ...imagesElsewhere.map((path) => `  ${shown(path)}`),
    );
  }
  return `${lines.join("\n")}\n`;
}

const IS_PAGE = /\.(?:html?|jpe?g|png|svg|webp)$/i;
const MADE_AGAIN: Readonly<Record<string, string>> = {
  measure: "`kuleshov measure ... --resume`, once the person's images are gone",
  eval: "`kuleshov eval rescore`",
  discover: "the same `kuleshov discover` with --resume",
  find: "the same `kuleshov find` with --resume",
  ask: "the same `kuleshov ask` with --resume",
};

function changeInWords({ file, removes }: FileChange, place: string): string {
  const name = relative(place, file.path) || basename(file.path);
  return removes === "all" ? `${name} goes` : `${name}: ${removes} ${plural("entry", removes)} of theirs`;
}

function plural(noun: string, count: number): string {
  if (count === 1) return noun;
  return noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

function shown(path: string): string {
  const way = relative(process.cwd(), path);
  return way === "" || way.startsWith("..") ? path : way;
}
