import { href, query } from "./address.ts";
import { ModelField } from "./ask-form.tsx";
import { choose, chosenImages, Faces, FolderField, Images, OneImage } from "./lab-images.tsx";
import { Failure } from "./parts.tsx";
import { useStart } from "./start.ts";

/** Which images, whose faces, and which judge. */
export function LabForm({ folders }: { readonly folders: readonly string[] }) {
  const { refused, refuse, start } = useStart();
  const folder = query.value.get("folder") ?? folders[0] ?? null;
  const chosen = chosenImages();
  const [swap, neutral] = [query.value.get("swap"), query.value.get("neutral")];
  const pathOf = (name: string) => (folder === "." || folder === null ? name : `${folder}/${name}`);
  if (folder === null) {
    return (
      <p>
        There is no image in the folder yet: <a href={href("/")}>drop some on the first page</a>, or put them into it.
      </p>
    );
  }

  function run(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const words = (name: string) => String(form.get(name) ?? "").trim();
    const [context, model] = [words("context"), words("model")];
    if (chosen.length === 0) {
      refuse("No image is chosen yet: choose one or more above.");
      return;
    }
    void start("/labs", {
      ...{ images: chosen.map(({ name }) => pathOf(name)), faces: chosen.map(({ face }) => face) },
      ...{ hide: words("hide"), mask: words("mask"), repeats: Number(words("repeats")) },
      ...(context ? { context } : {}),
      ...(swap !== null && chosen.length === 1 ? { swap } : {}),
      ...(neutral === null ? {} : { neutral }),
      ...(form.has("mirrored") ? { mirrored: true } : {}),
      ...(model ? { model } : {}),
      ...(form.has("allowRemote") ? { allowRemote: true } : {}),
    });
  }

  return (
    <form class="lab" onSubmit={run}>
      <h2>Which images</h2>
      <FolderField folders={folders} chosen={folder} choose={(each) => choose([], { folder: each })} />
      <Images folder={folder} chosen={chosen} />
      {chosen.length === 0 ? null : <h2>Whose face</h2>}
      {chosen.map(({ name, face }) => (
        <Faces
          key={pathOf(name)}
          image={pathOf(name)}
          chosen={face}
          choose={(id) => choose(chosen.map((each) => (each.name === name ? { name, face: id } : each)))}
        />
      ))}
      {chosen.length === 0 ? null : <h2>Which other scenes and faces</h2>}
      {chosen.length === 1 ? (
        <OneImage
          name="swap"
          title="Swapped: the person in the scene of another image"
          folders={folders}
          from={folder}
          without={chosen.map(({ name }) => pathOf(name))}
        />
      ) : null}
      {chosen.length > 1 ? (
        <p class="soft">Each person is set into the scene of another of the images, and each face onto a head there.</p>
      ) : null}
      {chosen.length === 0 ? null : (
        <OneImage
          name="neutral"
          title="Neutral: a neutral face in the place of this one, and alone"
          folders={folders}
          from={folder}
          without={[]}
        />
      )}
      <h2>How</h2>
      <label class="field">
        What you know of the situation
        <textarea name="context" rows={2} dir="auto" />
        <span class="hint soft">
          Told with every stimulus that shows the scene, and with none that shows the face alone.
        </span>
      </label>
      <div class="row">
        <ModelField from="rules" />
        <label class="field">
          Answers for each stimulus
          <input name="repeats" type="number" min={1} max={100} required defaultValue="1" />
        </label>
        <label class="field">
          Hidden from the scene alone
          <select name="hide">
            <option value="faces">faces</option>
            <option value="people">people</option>
          </select>
        </label>
        <label class="field">
          Hidden by
          <select name="mask">
            <option value="gray">gray</option>
            <option value="blur">blur</option>
            <option value="pixels">a mosaic</option>
            <option value="fill">filling in from around it</option>
          </select>
        </label>
      </div>
      <p>
        <label>
          <input type="checkbox" name="mirrored" /> The images are mirrored, as selfies are: left and right are the
          subject's again
        </label>
      </p>
      <button type="submit" class="main">
        Run the lab
      </button>
      <Failure error={refused} />
    </form>
  );
}
