import type { FerToolbox } from "./fer-toolbox.ts";

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

/** A toolbox of the field that other people made. */
export interface ToolboxDefinition {
  /** As in `--toolbox openface`. */
  readonly name: string;
  readonly title: string;
  /** How it gets here, as commands to type. Nothing is installed for the user. */
  readonly install: readonly string[];
  /** What its licence allows, one sentence. */
  readonly licence: string;
  /** Looks for it. `undefined`: it cannot be run by other programs, its files can be imported. */
  readonly find: ((signal?: AbortSignal) => Promise<FoundToolbox | MissingToolbox>) | undefined;
}
