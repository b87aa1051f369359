import { type Network, openNetwork } from "./network.ts";

/** What the main thread tells a worker that opens networks when it starts. */
export interface NetworksPlace {
  /** Where networks are kept, instead of the default cache folder. */
  readonly cacheDir: string | undefined;
}

/** Networks of one worker thread, each opened when it is first asked. */
interface NetworksOnDemand {
  /** @throws {ModelFileError} if it cannot be opened. */
  open(id: string): Promise<Network>;
  close(): Promise<void>;
}

/** Opens networks for a worker thread. One that failed to open, perhaps for lack of disk space, is tried again the next time. */
export function networksOnDemand({ cacheDir }: NetworksPlace): NetworksOnDemand {
  const opened = new Map<string, Promise<Network>>();
  return {
    open(id) {
      const known = opened.get(id);
      if (known !== undefined) return known;
      const network = openNetwork(id, cacheDir === undefined ? {} : { cacheDir });
      opened.set(id, network);
      network.catch(() => opened.delete(id));
      return network;
    },
    async close() {
      for (const network of opened.values()) await (await network).close();
    },
  };
}
