import { isUtf8 } from "node:buffer";
import { openFile } from "../read-file.ts";
import { whyRefused } from "../system-error.ts";

/** How every Parquet file begins. */
const PARQUET_MARK = "PAR1";
/** Text in UTF-16 is read whole, as its bytes must be written anew; beyond this it is refused. */
const LARGEST_UTF16_BYTES = 1 << 28;

/**
 * What is thrown when a table cannot be read. `reason` follows "as"; the caller knows what the table is to the user, and
 * which file it is.
 */
export type RefuseTable = (reason: string, options?: ErrorOptions) => Error;

/** The bytes of a table, in UTF-8 or, where they are no UTF-8, Windows-1252. Nothing of them is held in memory. */
export interface TableBytes {
  /** How long the table was when it was opened: buffers need not be larger. It may grow. */
  readonly sizeBytes: number;
  /** Fills `buffer` from `offset` on, `length` bytes at most. */
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** Opens a file as the bytes of a table. What Excel calls "Unicode text" is UTF-16; a Parquet table is written out as text. */
export async function openTableBytes(path: string, refuse: RefuseTable): Promise<TableBytes> {
  const file = await openFile(path).catch((cause: unknown) => {
    throw refuse(whyRefused(cause), { cause });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    if (buffer.toString("latin1") === PARQUET_MARK) {
      const { openParquetBytes } = await import("./parquet-bytes.ts");
      return await openParquetBytes(file, refuse);
    }
    const encoding = bytesRead >= 2 ? utf16Of(buffer) : undefined;
    const { size: sizeBytes } = await file.stat();
    if (encoding === undefined) return { sizeBytes, read: file.read.bind(file), close: () => file.close() };
    if (sizeBytes > LARGEST_UTF16_BYTES) {
      throw refuse("it has more than 256 MB of text in UTF-16: save it as UTF-8");
    }
    const text = new TextDecoder(encoding).decode(await file.readFile());
    await file.close();
    return bytesInMemory(Buffer.from(text, "utf8"));
  } catch (error) {
    await file.close();
    throw error;
  }
}

function utf16Of(mark: Buffer): "utf-16le" | "utf-16be" | undefined {
  if (mark[0] === 0xff && mark[1] === 0xfe) return "utf-16le";
  return mark[0] === 0xfe && mark[1] === 0xff ? "utf-16be" : undefined;
}

function bytesInMemory(bytes: Buffer): TableBytes {
  return {
    sizeBytes: bytes.length,
    read: async (buffer, offset, length, position) => ({
      bytesRead: bytes.copy(buffer, offset, position, position + length),
    }),
    close: async () => undefined,
  };
}

/** Text of a whole file, in any encoding that a table may have. */
export function textOfFile(bytes: Buffer): string {
  const encoding = utf16Of(bytes);
  return encoding === undefined ? textOfBytes(bytes) : new TextDecoder(encoding).decode(bytes);
}

const windows1252 = new TextDecoder("windows-1252");

/** Text of some bytes of a table: UTF-8, else what spreadsheets on Windows write. */
export function textOfBytes(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString("utf8") : windows1252.decode(bytes);
}
