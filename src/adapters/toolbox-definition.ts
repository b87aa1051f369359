import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { ListedEvidence } from "./toolbox-table/json-evidence.ts";
import type { TableFormat } from "./toolbox-table/table-format.ts";

/** Where programs are looked for. */
export interface ToolboxEnvironment {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
}

/** A toolbox that was found on this machine. */
export interface FoundToolbox {
  /** As in measurements: `openface@2.2.0`. */
  readonly id: string;
  /** What was found: the path of a program, or of a Python with the package in it. */
  readonly path: string;
  open(): FerToolbox;
}

/** Why a toolbox cannot be run here, as a clause: "there is no FaceLandmarkImg on PATH". */
export interface MissingToolbox {
  readonly missing: string;
}

/**
 * All that Kuleshov knows of one toolbox: how to run it, how to read what it wrote, or both. The list of them is
 * `src/compose/toolboxes.ts`.
 */
export interface ToolboxDefinition {
  /** As in `--toolbox openface` and `--evidence openface:results.csv`. */
  readonly name: string;
  /** Other names under which people know it. */
  readonly aliases?: readonly string[];
  /** What it is called in a sentence, e.g. `OpenFace 2`. */
  readonly title: string;
  /** How it gets here, as commands to type. Nothing is installed for the user. */
  readonly install: readonly string[];
  /** What its licence allows, one sentence. */
  readonly licence: string;
  /** Opens one that is part of Kuleshov. @param workers most worker threads; all cores when left out. */
  readonly open?: (options: { readonly workers?: number }) => Promise<FerToolbox>;
  /** Looks on this machine for one that other people made. */
  readonly find?: (signal?: AbortSignal) => Promise<FoundToolbox | MissingToolbox>;
  /** The tables it writes, as CSV, TSV or JSON. */
  readonly tables?: readonly TableFormat[];
  /** Reads JSON that is no table; `undefined` when it is not this toolbox's. */
  readonly readJson?: (
    json: unknown,
    from: { readonly path: string; readonly version: string | undefined },
  ) => ListedEvidence | undefined;
}
