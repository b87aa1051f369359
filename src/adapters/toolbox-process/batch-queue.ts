/** Collects single requests into batches, one batch at a time. */
interface BatchQueue<Input, Output> {
  /** @throws {DOMException} `AbortError` as soon as `signal` aborts; the batch goes on for the others in it. */
  add(input: Input, signal?: AbortSignal): Promise<Output>;
  /** Waits for what was added, then takes nothing more. */
  close(): Promise<void>;
}

interface Waiting<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
  /** Whether somebody still waits for it. */
  wanted: boolean;
  /** Told when nobody does any more. */
  onUnwanted: () => void;
}

/**
 * @param work gives an output for every input, in order; its signal aborts when nobody waits for any of them any more.
 */
export function createBatchQueue<Input, Output>(
  work: (inputs: readonly Input[], signal: AbortSignal) => Promise<readonly Output[]>,
  options: { readonly largestBatch: number },
): BatchQueue<Input, Output> {
  const waiting: Waiting<Input, Output>[] = [];
  let draining: Promise<void> | undefined;
  let closed = false;

  async function runBatch(batch: readonly Waiting<Input, Output>[]): Promise<void> {
    const abort = new AbortController();
    const stopWhenUnwanted = (): void => {
      if (batch.every(({ wanted }) => !wanted)) abort.abort();
    };
    for (const entry of batch) entry.onUnwanted = stopWhenUnwanted;
    try {
      const outputs = await work(
        batch.map(({ input }) => input),
        abort.signal,
      );
      for (const [index, { resolve }] of batch.entries()) resolve(outputs[index] as Output);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function drain(): Promise<void> {
    // One turn of the event loop, so that requests made together are measured together.
    await new Promise((resume) => setImmediate(resume));
    while (waiting.length > 0) {
      const batch = waiting.splice(0, options.largestBatch).filter(({ wanted }) => wanted);
      if (batch.length > 0) await runBatch(batch);
    }
    draining = undefined;
  }

  return {
    add(input, signal) {
      if (closed) return Promise.reject(new Error("The toolbox was closed"));
      return new Promise<Output>((resolve, reject) => {
        signal?.throwIfAborted();
        const onAbort = (): void => {
          entry.wanted = false;
          reject(signal?.reason);
          entry.onUnwanted();
        };
        const settled = <T>(settle: (value: T) => void) => {
          return (value: T): void => {
            signal?.removeEventListener("abort", onAbort);
            settle(value);
          };
        };
        const entry: Waiting<Input, Output> = {
          input,
          resolve: settled(resolve),
          reject: settled(reject),
          wanted: true,
          onUnwanted: () => undefined,
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        waiting.push(entry);
        draining ??= drain();
      });
    },
    async close() {
      closed = true;
      await draining;
    },
  };
}
