import { askListInto } from "../compose/ask-list.ts";
import { type AskListeners, askInto } from "../compose/ask-one.ts";
import type { Asked } from "../compose/asked.ts";
import { modelSettings } from "../compose/model-settings.ts";
import type { Step } from "../platform/stopwatch.ts";
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

/** Asks as `kuleshov ask <image> --out <folder>` in the studio's folder does. */
export async function answerInto(
  folder: string,
  { allowRemote, model, ...wanted }: Wanted,
  tell: (news: JobNews) => void,
  signal: AbortSignal,
): Promise<void> {
  const asked: Asked = {
    ...(await modelSettings(withoutUndefined({ model, allowRemote }))),
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
