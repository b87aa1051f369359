import { query } from "./address.ts";
import { Busy, Failure } from "./parts.tsx";
import { jobs, pixels, useLoaded } from "./server.ts";

interface Answer {
  readonly run: string;
  readonly finished: boolean;
  readonly context: string | null;
}

export function ImagePage({ rest: image }: { readonly rest: string }) {
  const loaded = useLoaded<{ name: string; answers: readonly Answer[] }>(`/image?path=${encodeURIComponent(image)}`);
  const answer = query.value.get("answer");
  const job = jobs.value.findLast(({ address }) => answer !== null && address.includes(encodeURIComponent(answer)));
  return (
    <>
      <h1>{image.split("/").at(-1)}</h1>
      <Failure error={loaded.error ?? job?.failure ?? null} />
      {job?.state === "running" ? <Busy>{job.step}</Busy> : null}
      <img src={pixels(image, 1600)} alt={image} />
    </>
  );
}
