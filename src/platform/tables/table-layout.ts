/** What separates the cells and the rows of a table. */
export interface TableMarks {
  /** Codes of the characters. */
  readonly delimiter: number;
  readonly newline: number;
}

/** How a table separates its cells, and what its columns are called. */
export interface TableHeader {
  readonly marks: TableMarks;
  /** Spreadsheets set to a language with decimal commas separate cells by semicolons. */
  readonly decimalComma: boolean;
  /** Trimmed, in the file's order. */
  readonly columns: readonly string[];
  readonly dataOffsetBytes: number;
  /** Line of the first row of data, counted from 1. */
  readonly dataLine: number;
  /** What the lines before the table tell, by name: `Filename` in FaceReader's logs. */
  readonly preface: ReadonlyMap<string, string>;
}
