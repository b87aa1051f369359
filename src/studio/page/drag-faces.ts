/** A face that can be put somewhere: of a study, or an exemplar of the store. */
export type PlacedFace = { readonly key: string } & (
  | { readonly study: string; readonly image: string; readonly atS: number | null; readonly box: object }
  | { readonly id: string }
);

/** Where faces go: to the examples of a category, or to what it is not. */
export interface Target {
  readonly category: string;
  readonly role: "instance" | "counter";
}

const KIND = "application/x-kuleshov-face";

/** For what is dragged. */
export function faceDragged(face: PlacedFace) {
  return (event: DragEvent): void => {
    event.dataTransfer?.setData(KIND, JSON.stringify(face));
    if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
  };
}

/** For what faces are dropped on; files and words that are dragged over it are nothing to it. */
export function targetProps(onFace: (face: PlacedFace) => void) {
  const mark = (event: DragEvent, isOver: boolean) =>
    (event.currentTarget as HTMLElement).classList.toggle("over", isOver);
  return {
    onDragOver(event: DragEvent) {
      if (!event.dataTransfer?.types.includes(KIND)) return;
      event.preventDefault();
      mark(event, true);
    },
    onDragLeave: (event: DragEvent) => mark(event, false),
    onDrop(event: DragEvent) {
      mark(event, false);
      const text = event.dataTransfer?.getData(KIND);
      if (!text) return;
      event.preventDefault();
      event.stopPropagation();
      onFace(JSON.parse(text));
    },
  };
}
