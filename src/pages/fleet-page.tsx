import type { FleetStatus } from "../domain/fleet.ts";
import { FigureTable } from "./figure-table.tsx";
import { page } from "./page.ts";
import { rendered } from "./rendered.ts";

/** How far a fleet is, what it cost, and what was set aside, as it was at one moment. */
export function fleetPage(status: FleetStatus, takenAt: string): string {
  const { plan, stopped, workers, deadLetters } = status;
  const body = rendered(
    <>
      <h1>{plan.name}</h1>
      <p>
        <code>kuleshov {plan.words.join(" ")}</code>
        <br />
        Kuleshov {plan.version}, planned at {plan.createdAt}; this page was written at {takenAt}.
      </p>
      {stopped === null ? null : <p>Nobody works on: {stopped}.</p>}
      <h2>Progress and cost</h2>
      <FigureTable name="Progress and cost" columns={["", "# number"]} rows={figuresOf(status)} />
      <h2>Set aside after three tries</h2>
      {deadLetters.length === 0 ? (
        <p>Nothing was.</p>
      ) : (
        <FigureTable
          name="Set aside"
          columns={["# shard", "reason of the last try"]}
          rows={deadLetters.map(({ shard, reason }) => [shard, reason])}
        />
      )}
      <h2>At work</h2>
      {workers.length === 0 ? (
        <p>Nobody is.</p>
      ) : (
        <FigureTable
          name="At work"
          columns={["# shard", "worker", "# seconds"]}
          rows={workers.map(({ shard, worker, seconds }) => [shard, worker, seconds])}
        />
      )}
    </>,
  );
  return page({ title: `Fleet: ${plan.name}`, body });
}

function figuresOf({ plan, jobs, calls, spent, resultBytes }: FleetStatus): [string, string | number][] {
  const { budgetTokens, budgetUsd } = plan;
  const of = (budget: number | null) => (budget === null ? "" : ` of ${budget}`);
  return [
    ["shards done", `${jobs.done} of ${plan.shards}`],
    ["worked on", jobs.working],
    ["waiting", jobs.waiting],
    ["set aside", jobs.setAside],
    ["MB of results", (resultBytes / 1e6).toFixed(1)],
    ["requests to models that were answered", calls.answered],
    ["that failed", calls.failed],
    ["under way", calls.underWay],
    ["whose answer never came back, and which may have been paid", calls.lost],
    ["tokens", `${Math.round(spent.tokens)}${of(budgetTokens)}`],
    ["USD", `${spent.usd.toFixed(4)}${of(budgetUsd)}`],
  ];
}
