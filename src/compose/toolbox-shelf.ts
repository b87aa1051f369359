import { ConfigurationError } from "../domain/errors.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { createToolboxes } from "./toolboxes.ts";

/** Toolboxes by name, opened once whatever the number of conditions that use them. */
export interface ToolboxShelf {
  one(name: string, mirrored?: boolean): Promise<FerToolbox>;
  close(): Promise<void>;
}

export function createToolboxShelf(cache: boolean | undefined): ToolboxShelf {
  const opened = new Map<string, Promise<readonly FerToolbox[]>>();
  return {
    async one(name, mirrored = false) {
      const key = mirrored ? `${name} mirrored` : name;
      const known = opened.get(key) ?? createToolboxes([name], { cache, mirrored });
      opened.set(key, known);
      const [toolbox] = await known;
      if (toolbox === undefined) throw new ConfigurationError(`There is no toolbox "${name}"`);
      return toolbox;
    },
    async close() {
      const all = await Promise.allSettled(opened.values());
      const toolboxes = all.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : []));
      await Promise.all(toolboxes.map((toolbox) => toolbox.close()));
    },
  };
}
