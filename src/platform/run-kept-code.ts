import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { getHeapCodeStatistics } from "node:v8";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";

/** Where compiled code is kept, and under which name: what is compiled for one use is of no help to another. */
interface CodePlace {
  readonly folder: string;
  readonly name: string;
  /** Whether the run that is ending is one to learn from. */
  readonly worthKeeping: () => boolean;
}

/** Files of versions, Nodes and uses that are gone; what is still in use is made again. */
const KEPT_DAYS = 30;
/** How much more code a process may have compiled in the end than the one that kept it, before all of it is kept again. */
const MORE = 1.1;
/** How kept code is named, drafts of killed processes too. A folder of the user's own may be named as ours is. */
const KEPT = /^command-[\w-]+-v\d+\.\d+\.\d+[\w.-]*\.bin(?:\.\d+\.part)?$/;
/** Before the code stand two float64, as V8 wants it aligned: how much was compiled, and its CRC-32, at which V8 does not look. */
const HEAD_BYTES = 16;
const CRC_AT = 8;

/**
 * Runs a script in CommonJS with what V8 compiled of it in an earlier process, and keeps what this one compiles. Works the
 * same on every Node, whose own `module.enableCompileCache` begins with 22 and keeps no more than the first start happened to
 * use. V8 itself turns down what another V8 or other flags left; a folder that cannot be read or written costs only time.
 *
 * @param path of a script in ASCII, whose name changes with its content: V8 compares no more than its length. It imports by
 * `__import`, as Node 20 knows of functions that come from kept code no more how `import()` is done in them.
 */
export function runKeptCode(path: string, place: CodePlace): void {
  const file = join(place.folder, `${place.name}-${process.version}-${process.arch}.bin`);
  const source = `(function (exports, require, module, __filename, __dirname, __import) {${readFileSync(path, "latin1")}\n})`;
  const kept = keptCode(file);
  const script = new Script(source, {
    filename: path,
    ...(kept === undefined ? {} : { cachedData: kept.code }),
  });
  const known = kept === undefined || script.cachedDataRejected ? 0 : kept.compiled;
  process.once("exit", () => {
    const compiled = getHeapCodeStatistics().bytecode_and_metadata_size;
    if (compiled > MORE * known && place.worthKeeping()) keep(file, compiled, script.createCachedData());
  });
  const module = { exports: {} };
  const importHere = (specifier: string) => import(specifier);
  script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path), importHere);
}

/** None that is damaged, or that somebody else wrote, wherever the folder is. */
function keptCode(path: string): { readonly compiled: number; readonly code: Buffer } | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    if (process.getuid !== undefined && fstatSync(file).uid !== process.getuid()) return undefined;
    const bytes = readFileSync(file);
    const [head, code] = [bytes.subarray(0, HEAD_BYTES), bytes.subarray(HEAD_BYTES)];
    return head.readDoubleLE(CRC_AT) === crc32(code) ? { compiled: head.readDoubleLE(), code } : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Whole or not at all, as processes start at the same time. That it cannot be kept costs only the time to compile it again. */
function keep(path: string, compiled: number, code: Uint8Array): void {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeDoubleLE(compiled);
  head.writeDoubleLE(crc32(code), CRC_AT);
  const draft = `${path}.${process.pid}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    removeOld(dirname(path));
    writeFileSync(draft, Buffer.concat([head, code]), { flag: "wx", mode: 0o600 });
    renameSync(draft, path);
  } catch {
    if (existsSync(draft)) rmSync(draft);
  }
}

function removeOld(folder: string): void {
  const oldest = Date.now() - KEPT_DAYS * 86_400_000;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (KEPT.test(name) && statSync(path).mtimeMs < oldest) rmSync(path, { force: true });
  }
}
