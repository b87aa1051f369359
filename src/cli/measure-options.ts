/** What `measure` is told. */
export interface MeasureOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly landmarks?: true;
  readonly scene?: true;
  readonly out?: string;
  readonly resume?: true;
  readonly force?: true;
  readonly contactSheet?: true;
  readonly columns?: string;
  readonly neutral?: string;
  readonly fps: number;
  readonly workers?: number;
  readonly toolbox: readonly string[];
  readonly evidence?: readonly string[];
}
