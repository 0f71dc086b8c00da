// SPDX-License-Identifier: Apache-2.0
import type { SearchResults, Trial } from "../../search/search-results.ts";
import { type CsvCell, type CsvFile, csvTable } from "../csv.ts";
import { finalRows, leadingFigure } from "./findings.ts";

/**
 * A search as tidy tables, one row per observation; shares are fractions, absent values are empty cells.
 *
 * `search-architectures`, `search-trials` (selection and finals), `search-epochs` and `search-strengths`.
 */
export function searchCsvFiles(results: SearchResults): CsvFile[] {
  return [
    { name: "search-architectures", text: architecturesCsv(results) },
    { name: "search-trials", text: trialsCsv(results) },
    { name: "search-epochs", text: epochsCsv(results) },
    { name: "search-strengths", text: strengthsCsv(results) },
  ];
}

function architecturesCsv(results: SearchResults): string {
  const [leading, ...others] = [leadingFigure(results), ...results.figures.slice(1)];
  const header = ["id", "label", "origin", "macs", "params", "latency_ms", "one_shot"];
  return csvTable(
    [...header, leading.id, "low", "high", ...others.map(({ id }) => id), "num_seeds", "chosen"],
    finalRows(results).map(({ architecture, value, interval, means, numSeeds, isChosen }): CsvCell[] => {
      const { id, label, origin, macs, params, latencyMs, oneShot } = architecture;
      return [
        id,
        label,
        origin,
        macs,
        params,
        latencyMs ?? undefined,
        oneShot ?? undefined,
        value ?? undefined,
        interval?.low,
        interval?.high,
        ...others.map((figure) => means[figure.id] ?? undefined),
        numSeeds,
        isChosen ? 1 : 0,
      ];
    }),
  );
}

function trialsCsv({ figures, selections, finals }: SearchResults): string {
  const header = ["use", "architecture", "num_images", "epochs", "seed", "measured_on"];
  const row = (use: string, trial: Trial): CsvCell[] => {
    const { architecture, budget, seed, measuredOn, durationS, failure } = trial;
    const values = [...figures.map(({ id }) => trial.figures[id]), durationS, failure ?? undefined];
    return [use, architecture, budget.numImages, budget.epochs, seed, measuredOn, ...values];
  };
  return csvTable(
    [...header, ...figures.map(({ id }) => id), "duration_s", "failure"],
    [
      ...selections.flatMap(({ pool, rounds }) =>
        rounds.flatMap(({ trials }, round) =>
          trials.map((trial) => row(`${pool} round ${round + 1}`, trial)),
        ),
      ),
      ...finals.map((trial) => row("final", trial)),
    ],
  );
}

function epochsCsv({ traces }: SearchResults): string {
  const header = [
    "trace",
    "epoch",
    "lower_loss",
    "upper_loss",
    "one_shot",
    "entropy_normal",
    "entropy_reduce",
  ];
  const costs = ["expected_macs", "expected_params", "derived_macs", "derived_params", "complexity_weight"];
  return csvTable(
    [...header, ...costs, "task_gradient", "penalty_gradient", "num_changes"],
    traces.flatMap(({ id, epochs }) =>
      epochs.map(({ entropy, expected, derived, gradientNorm, ...epoch }): CsvCell[] => [
        id,
        epoch.epoch,
        epoch.lowerLoss,
        epoch.upperLoss,
        epoch.oneShot,
        entropy.normal,
        entropy.reduce,
        expected.macs,
        expected.params,
        derived.macs,
        derived.params,
        epoch.complexityWeight,
        gradientNorm.task,
        gradientNorm.penalty,
        epoch.numChanges,
      ]),
    ),
  );
}

function strengthsCsv({ traces, primitives }: SearchResults): string {
  return csvTable(
    ["trace", "epoch", "cell", "edge", "primitive", "strength"],
    traces.flatMap(({ id, epochs }) =>
      epochs.flatMap(({ epoch, strengths }) =>
        (["normal", "reduce"] as const).flatMap((cell) =>
          strengths[cell].flatMap((row, edge) =>
            row.map((strength, index): CsvCell[] => [id, epoch, cell, edge, primitives[index], strength]),
          ),
        ),
      ),
    ),
  );
}
