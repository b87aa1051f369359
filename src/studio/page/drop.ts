/** A file that was dropped, with the folder that it was dropped in. */
export interface Dropped {
  readonly file: File;
  /** The outermost folder that it came with; `null` when it came alone. */
  readonly folder: string | null;
}

const IMAGE_NAME = /\.(jpe?g|jpe|jfif|mpo|png|webp|tiff?|gif|avif|bmp|heic|heif)$/i;

/** Whether a file is worth sending: whether it is an image is for the server to say. */
export function looksLikeImage({ file }: Dropped): boolean {
  return IMAGE_NAME.test(file.name) || file.type.startsWith("image/");
}

/** Every file of a drop, those in folders too. At most `most` are looked up. */
export async function droppedFiles(transfer: DataTransfer, most: number): Promise<readonly Dropped[]> {
  // The entries must be taken before the first wait: the browser empties the list when the event is over.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ file, folder: null }));
  const found: Dropped[] = [];
  for (const entry of entries) await collect(entry, entry.isDirectory ? entry.name : null, found, most);
  return found;
}

async function collect(entry: FileSystemEntry, folder: string | null, found: Dropped[], most: number): Promise<void> {
  if (found.length >= most || entry.name.startsWith(".")) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, folder });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const each of some) await collect(each, folder, found, most);
  }
}

/** The files of an `<input type="file">`. */
export function chosenFiles(files: FileList | null): readonly Dropped[] {
  return [...(files ?? [])].map((file) => ({ file, folder: file.webkitRelativePath.split("/").at(-2) ?? null }));
}
