/**
 * Runs `work` on up to `concurrency` inputs at once and yields the results in the order of the inputs, so that a study's
 * files do not depend on which worker was quicker. At most `concurrency` results wait in memory.
 */
export async function* mapInOrder<Input, Output>(
  inputs: AsyncIterable<Input> | Iterable<Input>,
  work: (input: Input) => Promise<Output>,
  options: { readonly concurrency: number },
): AsyncGenerator<Output> {
  const underway: Promise<Output>[] = [];
  try {
    for await (const input of inputs) {
      const result = work(input);
      result.catch(() => undefined); // seen when it is awaited below; until then it must not count as unhandled
      underway.push(result);
      if (underway.length >= options.concurrency) yield await (underway.shift() as Promise<Output>);
    }
    while (underway.length > 0) yield await (underway.shift() as Promise<Output>);
  } finally {
    await Promise.allSettled(underway);
  }
}
