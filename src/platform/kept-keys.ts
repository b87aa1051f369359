import { createHash } from "node:crypto";

/** Keys that can be asked for, and no more: each takes the 16 bytes of its hash, however long it is. */
export interface KeptKeys {
  readonly size: number;
  has(key: string): boolean;
}

/** Words of 32 bits that are kept of the SHA-256 of a key: two keys of a billion share them once in 10^20 runs. */
const WORDS = 4;
/** Slots that may be taken of all. */
const FULLEST = 0.7;

/** Gathers keys into a table of their hashes. */
export async function keptKeys(keys: AsyncIterable<string> | Iterable<string>): Promise<KeptKeys> {
  const given = createKeyTable();
  for await (const key of keys) given.add(key);
  return given;
}

/** A table of the hashes of keys that grows with them. */
export function createKeyTable() {
  let slots = new Uint32Array(1024 * WORDS);
  let size = 0;
  const hash = new Uint32Array(WORDS);
  const slotOf = (table: Uint32Array) => {
    const count = table.length / WORDS;
    let slot = (hash[0] as number) % count;
    while (!isEmpty(table, slot) && !holds(table, slot, hash)) slot = (slot + 1) % count;
    return slot;
  };
  const grow = () => {
    const larger = new Uint32Array(slots.length * 2);
    for (let slot = 0; slot < slots.length / WORDS; slot++) {
      if (isEmpty(slots, slot)) continue;
      hash.set(slots.subarray(slot * WORDS, (slot + 1) * WORDS));
      larger.set(hash, slotOf(larger) * WORDS);
    }
    slots = larger;
  };
  return {
    get size() {
      return size;
    },
    has(key: string): boolean {
      if (size === 0) return false;
      hashInto(hash, key);
      return !isEmpty(slots, slotOf(slots));
    },
    /** @returns whether it is new. */
    add(key: string): boolean {
      if (size > (FULLEST * slots.length) / WORDS) grow();
      hashInto(hash, key);
      const slot = slotOf(slots);
      if (!isEmpty(slots, slot)) return false;
      slots.set(hash, slot * WORDS);
      size += 1;
      return true;
    },
  };
}

function hashInto(hash: Uint32Array, key: string): void {
  const digest = createHash("sha256").update(key).digest();
  for (let word = 0; word < WORDS; word++) hash[word] = digest.readUInt32LE(4 * word);
  hash[WORDS - 1] = (hash[WORDS - 1] as number) | 1; // no key is an empty slot
}

function isEmpty(table: Uint32Array, slot: number): boolean {
  return table[slot * WORDS + WORDS - 1] === 0;
}

function holds(table: Uint32Array, slot: number, hash: Uint32Array): boolean {
  for (let word = 0; word < WORDS; word++) if (table[slot * WORDS + word] !== hash[word]) return false;
  return true;
}
