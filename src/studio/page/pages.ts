import type { ComponentType } from "preact";
import { AskPage } from "./ask-page.tsx";
import { CategoriesPage } from "./categories-page.tsx";
import { ClipPage } from "./clip-page.tsx";
import { ContextPage } from "./context-page.tsx";
import { DiscoverPage } from "./discover-page.tsx";
import { EvaluationsPage } from "./evaluations-page.tsx";
import { FindPage } from "./find-page.tsx";
import { HealthPage } from "./health-page.tsx";
import { HomePage } from "./home-page.tsx";
import { ImagePage } from "./image-page.tsx";
import { LabPage } from "./lab-page.tsx";
import { NoticePage } from "./notice-page.tsx";
import { RatePage } from "./rate-page.tsx";
import { RunPage } from "./run-page.tsx";
import { StudiesPage } from "./studies-page.tsx";
import { WithdrawPage } from "./withdraw-page.tsx";

/** A page of the studio. */
interface StudioPage {
  /** Where it begins, e.g. `/image/`; what follows is the page's own. */
  readonly path: string;
  /** In the bar at the top; `null` for a page that others lead to. */
  readonly name: string | null;
  readonly Page: ComponentType<{ readonly rest: string }>;
}

export const PAGES: readonly StudioPage[] = [
  { path: "/", name: "Home", Page: HomePage },
  { path: "/ask/", name: null, Page: AskPage },
  { path: "/image/", name: null, Page: ImagePage },
  { path: "/run/", name: null, Page: RunPage },
  { path: "/study/", name: "Studies", Page: StudiesPage },
  { path: "/notice/", name: null, Page: NoticePage },
  { path: "/withdraw/", name: null, Page: WithdrawPage },
  { path: "/clip/", name: null, Page: ClipPage },
  { path: "/categories/", name: "Categories", Page: CategoriesPage },
  { path: "/find/", name: "Find", Page: FindPage },
  { path: "/discover/", name: "Discover", Page: DiscoverPage },
  { path: "/rate/", name: "Rate", Page: RatePage },
  { path: "/lab/", name: "Lab", Page: LabPage },
  { path: "/context/", name: "Situations", Page: ContextPage },
  { path: "/evaluation/", name: "Evaluations", Page: EvaluationsPage },
  { path: "/health/", name: "Health", Page: HealthPage },
];

/** The page at an address, with what follows its own part. */
export function pageAt(path: string): { readonly page: StudioPage; readonly rest: string } | undefined {
  const page = PAGES.find((each) => (each.path === "/" ? path === "/" : path.startsWith(each.path)));
  return page === undefined ? undefined : { page, rest: decodeURIComponent(path.slice(page.path.length)) };
}
