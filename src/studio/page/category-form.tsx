import { useId, useState } from "preact/hooks";
import { visibleText } from "../../platform/visible-text.ts";
import { Failure } from "./parts.tsx";
import { useLoaded } from "./server.ts";

/** What a face is called. */
export interface FaceLabel {
  readonly category: string;
  readonly role: string;
  readonly why: string | null;
}

interface CategoryFormProps {
  /** What the face goes by. */
  readonly name: string;
  readonly add: (label: FaceLabel) => Promise<unknown>;
}

/** Puts one face into a category, or on the pile of what is taken for it. */
export function CategoryForm({ name, add: addFace }: CategoryFormProps) {
  const [told, setTold] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isOpen, setOpen] = useState(false);
  const list = useId();
  const { value } = useLoaded<{ categories: readonly string[] }>(isOpen ? "/categories" : null);
  async function add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const words = (field: string) => String(form.get(field) ?? "").trim();
    setError(null);
    setTold("Adding");
    try {
      const why = words("why") === "" ? null : words("why");
      await addFace({ category: words("category"), role: words("role"), why });
      setTold(`${name} was added to ${words("category")}; ask with --categories, or on the page of categories.`);
    } catch (problem) {
      setTold(null);
      setError((problem as Error).message);
    }
  }
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Add to a category</summary>
      <form onSubmit={(event) => void add(event)}>
        <label class="field">
          Category
          <input name="category" required maxLength={80} list={list} dir="auto" />
        </label>
        <datalist id={list}>
          {(value?.categories ?? []).map((each) => (
            <option key={each} value={visibleText(each)} />
          ))}
        </datalist>
        <label class="field">
          {name} is
          <select name="role">
            <option value="instance">an example of it</option>
            <option value="counter">taken for it, and is not</option>
          </select>
        </label>
        <label class="field">
          Why (optional)
          <input name="why" dir="auto" />
        </label>
        <button type="submit">Add {name}</button>
        {told === null ? null : <p role="status">{told}</p>}
        <Failure error={error} />
      </form>
    </details>
  );
}
