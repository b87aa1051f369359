import { basename, isAbsolute, resolve } from "node:path";
import { patternOf } from "../domain/pattern-of.ts";

/** Columns and fields that say who somebody is and which image a row is about, and by what other rows name that row. */
const PERSON_KEY = /^(?:.+\.)?(?:subject|person|participant)(?:[ _-]?id)?$/i;
const IMAGE_KEY = /^(?:.+\.)?(?:path|image|image_?path|file|file_?name|input|clip|video|neutral)$/i;
const HASH_KEY = /^(?:.+\.)?(?:image_?)?sha256$/i;
/** Of the row itself: an id deeper in it is that of a toolbox, a network, a prompt. */
const ROW_KEY = /^(?:id|sample(?:_?id)?)$/i;
/** A name with a digit, as codes of participants have one, is looked for in every text; a word such as Grace is not. */
const IS_CODE = /^(?=.*\d)(?=.*\p{L}).{3,}$/u;
/** What Kuleshov calls faces, tracks, evidence and action units. */
const IS_OURS = /^(?:[FTE]|AU)\d+$/i;

/** A field of a row or record: its key, and its text. */
export type Field = readonly [key: string, text: string];

/** Where a row stands: its file's folder, what its paths may be relative to, and the rows that its ids are told from. */
export interface RowPlace {
  /** The place that the user named; ids of rows hold in it and nowhere else. */
  readonly place: string;
  readonly bases: readonly string[];
}

/** What is known of a person who withdraws, by which a row, a text or a file is told to be theirs. */
export interface Traces {
  readonly name: string;
  /** Their images, absolute. */
  readonly images: ReadonlySet<string>;
  /** How many images these are: each may be meant by several paths. */
  imageCount(): number;
  /** Others who are named for one of their images. */
  readonly others: ReadonlySet<string>;
  /** Every spelling that gives them away: name, paths, names of files, hashes. */
  spellings(): string[];
  /** Whether a text has one of them in it. */
  ownsText(text: string): boolean;
  ownsRow(fields: readonly Field[], place: RowPlace): boolean;
  /** Learns from a row what else is theirs. @returns whether it was theirs. */
  learn(fields: readonly Field[], place: RowPlace): boolean;
  learnHash(sha256: string): void;
}

/** @param columns other columns that name people. */
export function createTraces(name: string, columns: readonly string[] = []): Traces {
  const images = new Set<string>();
  const others = new Set<string>();
  const spellings = new Set<string>();
  const bareNames = new Set<string>();
  const ids = new Map<string, Set<string>>();
  const isCode = IS_CODE.test(name) && !IS_OURS.test(name);
  const wholeName = new RegExp(`(?<![\\p{L}\\d])${patternOf(name)}(?![\\p{L}\\d])`, "iu");
  let pattern: RegExp | undefined;

  const namesPerson = (key: string) => PERSON_KEY.test(key) || columns.includes(key);
  const pathNamesThem = (path: string) =>
    isCode ? wholeName.test(path) : path.split(/[\\/]/).some((part) => part === name || part.startsWith(`${name}.`));

  function ownsText(text: string): boolean {
    if (isCode && wholeName.test(text)) return true;
    pattern ??= patternOfSpellings(spellings, bareNames);
    return pattern.test(text);
  }

  /** Whether a field says that its row is about them; that a text mentions them says less. */
  function isAboutThem([key, text]: Field, { place, bases }: RowPlace): boolean {
    if (text === "") return false;
    if (namesPerson(key)) return text === name;
    if (IMAGE_KEY.test(key)) return pathNamesThem(text) || bases.some((base) => images.has(resolve(base, text)));
    if (HASH_KEY.test(key)) return spellings.has(text);
    return ROW_KEY.test(key) && (ownsText(text) || ids.get(place)?.has(text) === true);
  }

  function addImage(text: string, { bases }: RowPlace): void {
    for (const base of bases) images.add(resolve(base, text));
    for (const spelling of isAbsolute(text) ? [text] : [text, ...images].filter((path) => path.endsWith(text))) {
      spellings.add(spelling);
    }
    bareNames.add(basename(text));
    pattern = undefined;
  }

  function learnField([key, text]: Field, place: RowPlace): void {
    if (text === "") return;
    if (IMAGE_KEY.test(key)) addImage(text, place);
    else if (HASH_KEY.test(key) && /^[0-9a-f]{64}$/.test(text)) spellings.add(text);
    else if (ROW_KEY.test(key)) ids.set(place.place, (ids.get(place.place) ?? new Set()).add(text));
    else if (namesPerson(key) && text !== name) others.add(text);
  }

  return {
    name,
    images,
    imageCount: () => bareNames.size,
    others,
    spellings: () => [...(isCode ? [name] : []), ...spellings, ...bareNames],
    ownsText,
    ownsRow: (fields, place) => fields.some((field) => isAboutThem(field, place) || ownsText(field[1])),
    learn(fields, place) {
      if (!fields.some((field) => isAboutThem(field, place))) return false;
      for (const field of fields) learnField(field, place);
      pattern = undefined;
      return true;
    },
    learnHash(sha256) {
      spellings.add(sha256);
      pattern = undefined;
    },
  };
}

/** A path counts wherever it stands, the name of a file where no other folder stands before it. */
function patternOfSpellings(spellings: ReadonlySet<string>, bareNames: ReadonlySet<string>): RegExp {
  const parts = [
    ...[...spellings].map((text) => `(?<![\\p{L}\\d_.-])${patternOf(text)}`),
    ...[...bareNames].map((text) => `(?<![\\p{L}\\d_.\\\\/-])${patternOf(text)}`),
  ];
  return parts.length === 0 ? /(?!)/ : new RegExp(`(?:${parts.join("|")})(?![\\p{L}\\d])`, "u");
}
