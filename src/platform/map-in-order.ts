interface MapInOrderOptions {
  /** How many inputs are worked on at once. */
  readonly concurrency: number;
}

/** Results that wait for an earlier one, per input worked on. More would not make anything quicker. */
const WAITING_PER_WORKED_ON = 1;

/**
 * Runs `work` on up to `concurrency` inputs at once and yields the results in the order of the inputs, so that a study's
 * files do not depend on which worker was quicker. A slow input does not hold up the ones after it, but no more than
 * `concurrency` results wait for it in memory. Inputs are asked for one at a time, when there is somebody free.
 *
 * @throws what `work` or the inputs threw, after the results that come before it.
 */
export async function* mapInOrder<Input, Output>(
  inputs: AsyncIterable<Input> | Iterable<Input>,
  work: (input: Input) => Promise<Output>,
  { concurrency }: MapInOrderOptions,
): AsyncGenerator<Output> {
  const iterator = iteratorOf(inputs);
  const underway: Underway<Output>[] = [];
  const mostUnderway = concurrency * (1 + WAITING_PER_WORKED_ON);
  let asking: Promise<void> | undefined;
  let exhausted = false;
  let running = 0;
  let wake = () => {};

  function begin(result: Promise<Output>): void {
    const entry: Underway<Output> = { result, settled: false };
    running += 1;
    underway.push(entry);
    const settle = () => {
      entry.settled = true;
      running -= 1;
      wake();
    };
    result.then(settle, settle); // a failure is seen when it is awaited in its turn
  }

  async function ask(): Promise<void> {
    try {
      const next = await iterator.next();
      if (next.done === true) exhausted = true;
      else begin(work(next.value));
    } catch (error) {
      exhausted = true;
      begin(Promise.reject(error));
    }
    asking = undefined;
    wake();
  }

  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!exhausted && running < concurrency && underway.length < mostUnderway) asking ??= ask();
      const [head] = underway;
      if (head?.settled === true) {
        underway.shift();
        yield await head.result;
      } else if (exhausted && head === undefined) {
        return;
      } else {
        await woken;
      }
    }
  } finally {
    await asking;
    await Promise.allSettled(underway.map(({ result }) => result));
    await iterator.return?.();
  }
}

interface Underway<Output> {
  readonly result: Promise<Output>;
  settled: boolean;
}

function iteratorOf<Input>(inputs: AsyncIterable<Input> | Iterable<Input>): AsyncIterator<Input> | Iterator<Input> {
  return Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]();
}
