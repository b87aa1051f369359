import { IMAGE_ENDINGS, VIDEO_ENDINGS } from "../../measuring/image-format.ts";

/** A file that was dropped, with the folder that it lay in. */
export interface Dropped {
  readonly file: File;
  /** As it came with it, such as `holiday/beach`; `null` when it came without. */
  readonly folder: string | null;
}

/** What can be done with a file: whether it is what its name says is for the server to find out. */
export type Kind = "image" | "clip" | "list";

export function kindOf({ file: { name, type } }: Dropped): Kind | null {
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  if (ending === "csv" || ending === "tsv") return "list";
  if (VIDEO_ENDINGS.includes(ending) || (type.startsWith("video/") && ending !== "ts")) return "clip";
  return IMAGE_ENDINGS.includes(ending) || type.startsWith("image/") ? "image" : null;
}

/** Every file of a drop, those in folders too. At most `most` are looked up. */
export async function droppedFiles(transfer: DataTransfer, most: number): Promise<readonly Dropped[]> {
  // The entries must be taken before the first wait: the browser empties the list when the event is over.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ file, folder: null }));
  const found: Dropped[] = [];
  for (const entry of entries) await collect(entry, null, found, most);
  return found;
}

async function collect(entry: FileSystemEntry, folder: string | null, found: Dropped[], most: number): Promise<void> {
  if (found.length >= most || entry.name.startsWith(".")) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, folder });
    return;
  }
  const inside = folder === null ? entry.name : `${folder}/${entry.name}`;
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const each of some) await collect(each, inside, found, most);
  }
}

/** The files of an `<input type="file">`. */
export function chosenFiles(files: FileList | null): readonly Dropped[] {
  return [...(files ?? [])]
    .map((file) => ({ file, parts: file.webkitRelativePath.split("/") }))
    .filter(({ parts }) => !parts.some((part) => part.startsWith(".")))
    .map(({ file, parts }) => ({ file, folder: parts.slice(0, -1).join("/") || null }));
}
