import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { askListInto } from "../compose/ask-list.ts";
import { type Asked, type AskListeners, askInto } from "../compose/ask-one.ts";
import { modelSettings } from "../compose/model-settings.ts";
import { makeFolder } from "../platform/make-folder.ts";
import type { Step } from "../platform/stopwatch.ts";
import { systemPath } from "../platform/system-path.ts";
import type { JobNews } from "./jobs.ts";

/** What a page asks of an image in the folder. */
export interface Wanted {
  readonly image: string;
  readonly question?: string | undefined;
  readonly context?: string | undefined;
  /** The one face that is asked about; all of them when not given. */
  readonly face?: string | undefined;
  /** The model that judges; as the settings of the folder say when not given. */
  readonly model?: string | undefined;
  /** Whether objects are looked for. */
  readonly objects?: true | undefined;
  /** Whether the model's server, which is elsewhere, may be used in this folder from now on. */
  readonly allowRemote?: true | undefined;
  readonly categories?: readonly string[] | undefined;
}

/** Where answers go, as `ask --out` writes them: `answers/<image's name>/<number>/`. */
export const ANSWERS = "answers";

/** Makes the folder of the next answer about an image. @returns its path, seen from the root. */
export async function nextAnswerFolder(root: string, image: string): Promise<string> {
  const name = basename(image);
  await makeFolder(join(root, ANSWERS, name));
  for (let number = 1; ; number++) {
    try {
      await mkdir(systemPath(join(root, ANSWERS, name, String(number))));
      return `${ANSWERS}/${name}/${number}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Asks as `kuleshov ask <image> --out <folder>` in the studio's folder does. */
export async function answerInto(
  folder: string,
  { allowRemote, model, ...wanted }: Wanted,
  tell: (news: JobNews) => void,
  signal: AbortSignal,
): Promise<void> {
  const flags = { ...(model === undefined ? {} : { model }), ...(allowRemote === undefined ? {} : { allowRemote }) };
  const asked: Asked = {
    ...(await modelSettings(flags)),
    ...withoutUndefined(wanted),
    toolbox: ["mesh"],
    scene: true,
  };
  const listeners: AskListeners = {
    notify: (notice) => tell({ step: notice }),
    onProgress: ({ step, state }) => (state === "started" ? tell({ step: STEPS[step] }) : undefined),
    onTool: ({ tool, faceId }) => tell({ step: `judging: ${tool.replaceAll("_", " ")} ${faceId ?? ""}`.trim() }),
  };
  await askInto(folder, asked, listeners, signal);
}

/** Asks about every image of a folder or list as `kuleshov ask <list> --out <folder>` in the studio's folder does. */
export async function answersInto(
  folder: string,
  list: string,
  tell: (news: JobNews) => void,
  signal: AbortSignal,
): Promise<void> {
  const asked: Asked = { ...(await modelSettings({})), image: list, toolbox: ["mesh"], scene: true };
  const begin = (total: number) => {
    tell({ progress: { done: 0, total } });
    return ({ done }: { readonly done: number }) => tell({ progress: { done, total } });
  };
  await askListInto(folder, asked, { notify: (notice) => tell({ step: notice }), begin }, signal);
}

const STEPS: Readonly<Record<Step, string>> = {
  decode: "reading the image",
  measure: "measuring faces",
  observe: "looking at bodies and gaze",
  judge: "judging",
};

export function withoutUndefined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
