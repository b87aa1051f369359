import { render } from "preact";
import { useEffect } from "preact/hooks";
import { followLinks, href, path } from "./address.ts";
import { PAGES, pageAt } from "./pages.ts";
import { Failure } from "./parts.tsx";
import { isSilent, jobs, listen, NOBODY } from "./server.ts";

function Studio() {
  const found = pageAt(path.value);
  const underWay = jobs.value.filter(({ state }) => state === "waiting" || state === "running").length;
  useEffect(() => {
    document.title = `${found?.page.name ?? found?.rest.split("/").at(-1) ?? "Nothing here"} · Kuleshov studio`;
  }, [found?.page, found?.rest]);
  return (
    <>
      <a class="skip" href="#content">
        To the content
      </a>
      <header class="bar">
        <a class="name" href={href("/")}>
          Kuleshov
        </a>
        <nav aria-label="Pages">
          {PAGES.filter(({ name }) => name !== null).map(({ path: at, name }) => (
            <a key={at} href={href(at)} aria-current={found?.page.path === at ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <span class="place" role="status">
          {underWay === 0 ? "" : `${underWay} under way`}
        </span>
      </header>
      <main id="content" tabIndex={-1}>
        <Failure error={isSilent.value ? NOBODY : null} />
        {found === undefined ? (
          <p>
            There is no such page. <a href={href("/")}>To the beginning</a>
          </p>
        ) : (
          <found.page.Page rest={found.rest} />
        )}
      </main>
    </>
  );
}

const root = document.getElementById("studio");
if (root !== null) {
  document.addEventListener("click", followLinks);
  listen();
  root.textContent = "";
  render(<Studio />, root);
}
