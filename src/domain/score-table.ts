/** Something a report shows beside the numbers. */
export type ScoreTable =
  | {
      readonly type: "confusion";
      readonly title: string;
      readonly labels: readonly string[];
      readonly counts: readonly (readonly number[])[];
    }
  | {
      readonly type: "reliability";
      readonly title: string;
      readonly bins: readonly {
        readonly from: number;
        readonly to: number;
        readonly n: number;
        readonly meanConfidence: number | null;
        readonly accuracy: number | null;
      }[];
    }
  | {
      readonly type: "table";
      readonly title: string;
      readonly headers: readonly string[];
      readonly rows: readonly (readonly (string | number | null)[])[];
    };
