import { options, render } from "preact";
import { useEffect } from "preact/hooks";
import { visibleLine, visibleText } from "../../platform/visible-text.ts";
import { followLinks, href, path } from "./address.ts";
import { PAGES, pageAt } from "./pages.ts";
import { Failure } from "./parts.tsx";
import { jobs, listen, silence } from "./server.ts";

function Studio() {
  const found = pageAt(path.value);
  const underWay = jobs.value.filter(({ state }) => state === "waiting" || state === "running").length;
  useEffect(() => {
    const name = found?.page.name ?? found?.rest.split("/").at(-1) ?? "Nothing here";
    document.title = `${visibleLine(name)} · Kuleshov studio`;
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
        <Failure error={silence.value} />
        {found === undefined ? (
          <>
            <h1>There is no such page</h1>
            <p>
              <a href={href("/")}>To the beginning</a>
            </p>
          </>
        ) : (
          <found.page.Page rest={found.rest} />
        )}
      </main>
    </>
  );
}

/** What is shown of an element beside its text; addresses and values are not, and must stay as they are. */
const SHOWN = ["title", "alt", "aria-label", "placeholder"];
const next = options.vnode;
/** Whatever it comes from, names, tables, models or servers: what could not be seen of a text is spelled out. */
options.vnode = (node) => {
  const shown: { props: unknown } = node; // of a text, the text
  if (typeof shown.props === "string") shown.props = visibleText(shown.props);
  if (typeof node.type === "string") {
    const props: Record<string, unknown> = node.props;
    for (const name of SHOWN) if (typeof props[name] === "string") props[name] = visibleText(props[name]);
  }
  next?.(node);
};

const root = document.getElementById("studio");
if (root !== null) {
  document.addEventListener("click", followLinks);
  listen();
  root.textContent = "";
  render(<Studio />, root);
}
