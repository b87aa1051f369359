import { Option } from "commander";

/** The options that every command which writes a folder has beside `--out`. */
export const runOptions = {
  resume: () =>
    new Option(
      "--resume",
      "with --out: go on with the run in the folder, also with a finished one; what is done is kept",
    ),
  force: () =>
    new Option("--force", "with --out: start the run in the folder anew; only what Kuleshov wrote there is removed"),
};

/** The option of every command that measures or asks a model. */
export const cacheOption = () =>
  new Option("--no-cache", "measure, and ask models, again even where that was done before");

export const BOTH_MODES = "Choose one of --resume, which goes on, and --force, which starts anew";
