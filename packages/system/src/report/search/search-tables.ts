// SPDX-License-Identifier: Apache-2.0
import { median } from "../../numbers/statistics.ts";
import {
  leadingValue,
  type SearchResults,
  type SearchTrace,
  type Trial,
} from "../../search/search-results.ts";
import { type Html, html } from "../markup.ts";
import {
  compactCount,
  decimal,
  duration,
  NOT_MEASURED,
  differenceUnit,
  figureInterval,
  figureValue,
  signedEnds,
  signedNumber,
} from "../number-format.ts";
import { dataTable } from "../sections/section.ts";
import { ORIGINS } from "../series.ts";
import { finalRows, leadingFigure, signOf } from "./findings.ts";

/** Headings of {@link architectureCells}. */
export function architectureColumns(
  results: SearchResults,
): readonly { readonly title: string; readonly isText?: boolean }[] {
  return [
    { title: "architecture" },
    { title: "origin", isText: true },
    { title: "MACs" },
    { title: "parameters" },
    { title: "latency [ms]" },
    { title: leadingFigure(results).label },
    { title: "95 % interval" },
    { title: "seeds" },
  ];
}

/** Every architecture that was retrained as text, the best first: a cell for each of {@link architectureColumns}. */
export function architectureCells(
  results: SearchResults,
): { readonly cells: readonly string[]; readonly isChosen: boolean }[] {
  const figure = leadingFigure(results);
  return finalRows(results).map(({ architecture, isChosen, value, interval, numSeeds, numFailed }) => {
    const { label, origin, macs, params, latencyMs } = architecture;
    const cells = [
      isChosen ? `${label} (chosen)` : label,
      ORIGINS[origin].name,
      compactCount(macs),
      compactCount(params),
      latencyMs === null ? NOT_MEASURED : decimal(latencyMs, 2),
      value === null ? NOT_MEASURED : figureValue(figure, value),
      interval === null ? "" : figureInterval(figure, interval),
      numFailed === 0 ? String(numSeeds) : `${numSeeds}, ${numFailed} failed`,
    ];
    return { cells, isChosen };
  });
}

/** What every architecture costs and reaches, all retrained alike. */
export function architectureTable(results: SearchResults): Html {
  const rows = architectureCells(results).map(({ cells, isChosen }) => ({ cells, isStrong: isChosen }));
  const numOthers = results.architectures.length - rows.length;
  return html`${dataTable("Every architecture, retrained alike", architectureColumns(results), rows)}
  ${
    numOthers === 0
      ? undefined
      : html`<p>${numOthers} more left the selection before its end; search-trials.csv has their runs.</p>`
  }`;
}

/** Paired differences in the leading figure, with what their intervals say. */
export function searchComparisons(results: SearchResults): Html {
  const figure = leadingFigure(results);
  const unit = differenceUnit(figure);
  const columns = [
    { title: "comparison" },
    { title: unit === "" ? "difference" : `difference [${unit}]` },
    { title: "95 % interval" },
    { title: "n" },
    { title: "reading", isText: true },
    { title: "method", isText: true },
  ];
  const rows = results.comparisons.map(({ label, difference, method }) => {
    const isShown = signOf(difference) !== "unclear";
    const figures = [
      signedNumber(figure, difference.value),
      signedEnds(figure, difference),
      decimal(difference.n, 0),
    ];
    return { cells: [label, ...figures, isShown ? "interval excludes zero" : "no difference shown", method] };
  });
  return rows.length === 0 ? html`` : dataTable("Comparisons", columns, rows);
}

/** Rank correlations with their intervals. */
export function correlationTable({ correlations }: SearchResults): Html {
  const columns = [
    { title: "between" },
    { title: "and", isText: true },
    { title: "Spearman" },
    { title: "95 % interval" },
    { title: "n" },
  ];
  const rows = correlations.map(({ between, and, spearman: { value, low, high, n } }) => {
    const interval = `[${decimal(low, 2)},\u00a0${decimal(high, 2)}]`;
    return { cells: [between, and, decimal(value, 2), interval, decimal(n, 0)] };
  });
  return rows.length === 0
    ? html``
    : dataTable("Does a cheap figure rank like the final one?", columns, rows);
}

/** Every round of both selections: how long its runs were, what they reached, who stayed. */
export function selectionTable({ figures, selections }: SearchResults): Html {
  const columns = [
    { title: "pool and round" },
    ...["images", "epochs", "runs", "failed", "best", "median", "worst", "kept"].map((title) => ({ title })),
  ];
  const rows = selections.flatMap(({ pool, rounds }) =>
    rounds.map(({ budget, trials, kept }, round) => {
      const ranked = rankedValues(trials, figures);
      const middle = ranked.length > 0 ? median(ranked) : undefined;
      const values = [ranked[0], middle, ranked.at(-1)];
      const counts = [budget.numImages, budget.epochs, trials.length, trials.length - ranked.length];
      return {
        cells: [
          `${poolName(pool)}, round ${round + 1}`,
          ...counts.map((value) => decimal(value, 0)),
          ...values.map((value) =>
            value === undefined ? NOT_MEASURED : figureValue(leadingFigure({ figures }), value),
          ),
          decimal(kept.length, 0),
        ],
      };
    }),
  );
  return rows.length === 0 ? html`` : dataTable("Selection on the validation split", columns, rows);
}

/** Time on one core that each pool and the final runs took. */
export function costTable({ selections, traces, finals }: SearchResults): Html {
  const columns = ["what", "search", "short runs", "together"].map((title) => ({ title }));
  const sum = (trials: readonly Trial[]): number =>
    trials.reduce((total, { durationS }) => total + durationS, 0);
  const controls = traces
    .filter(({ id }) => !id.startsWith("kdl"))
    .reduce((total, t) => total + t.durationS, 0);
  const rows = [
    ...selections.map(({ pool, searchS, trialsS }) => [poolName(pool), searchS, trialsS] as const),
    ["searches of the controls", controls, 0] as const,
    ["final runs", 0, sum(finals)] as const,
  ].map(([name, searchS, trialsS]) => {
    return { cells: [name, duration(searchS), duration(trialsS), duration(searchS + trialsS)] };
  });
  return dataTable("Cost in seconds of one core", columns, rows);
}

/** Every search: what it ended with, and how steady its genotype was. */
export function traceTable({ traces, figures }: SearchResults): Html {
  const figure = leadingFigure({ figures });
  const columns = [
    { title: "search" },
    ...["epochs", "entropy, normal", "entropy, reduction", "E[C]", "derived", `one-shot ${figure.label}`].map(
      (title) => ({
        title,
      }),
    ),
    { title: "changed edges, last 3 epochs" },
    { title: "time" },
  ];
  const rows = traces.map(({ label, epochs, durationS }) => {
    const last = epochs.at(-1);
    const macs = (value: number | undefined): string =>
      value === undefined ? NOT_MEASURED : `${decimal(value / 1e6, 1)}\u00a0M`;
    const entropies = [last?.entropy.normal, last?.entropy.reduce].map((value) =>
      value === undefined ? NOT_MEASURED : decimal(value, 2),
    );
    const changes = epochs.slice(-3).map(({ numChanges }) => decimal(numChanges, 0));
    const oneShot = last === undefined ? NOT_MEASURED : figureValue(figure, last.oneShot);
    const costs = [macs(last?.expected.macs), macs(last?.derived.macs)];
    const cells = [label, decimal(epochs.length, 0), ...entropies, ...costs, oneShot, changes.join(", ")];
    return { cells: [...cells, duration(durationS)] };
  });
  return rows.length === 0 ? html`` : dataTable("Searches", columns, rows);
}

/** Every alarm of every search with the epochs that raised it, or that there was none. */
export function alarmList({ traces }: SearchResults): Html {
  const alarms = traces.flatMap((trace) => alarmsOf(trace));
  if (alarms.length === 0) return html`<p>No search raised an alarm.</p> `;
  return html`<ul>
    ${alarms.map((alarm) => html`<li>${alarm}</li> `)}
  </ul> `;
}

function alarmsOf({ label, epochs }: SearchTrace): string[] {
  const texts = [...new Set(epochs.flatMap(({ alarms }) => alarms))];
  return texts.map((text) => {
    const own = epochs.filter(({ alarms }) => alarms.includes(text)).map(({ epoch }) => epoch);
    return `${label}: ${text} (${own.length === 1 ? "epoch" : "epochs"} ${own.join(", ")})`;
  });
}

function rankedValues(trials: readonly Trial[], figures: SearchResults["figures"]): number[] {
  return trials.flatMap((trial) => leadingValue(trial, figures) ?? []).toSorted((a, b) => b - a);
}

function poolName(pool: "kdl" | "random"): string {
  return pool === "kdl" ? "KDL-DARTS" : "random genotypes";
}
