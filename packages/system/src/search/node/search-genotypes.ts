// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { type MetricsLine, SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Reporter } from "../../run/progress.ts";
import { readStageJson } from "../../store/stored-files.ts";
import { saveWeights } from "../../train/node/phase-files.ts";
import { trainPhase, type TrainingPlace, type Weights } from "../../train/phase.ts";
import type { SearchPhase } from "../bilevel/schedule.ts";
import { searchPhases } from "../bilevel/schedule.ts";
import { deriveGenotype } from "../propose/derive-genotype.ts";
import { meanMargin, searchEpoch } from "../propose/search-epoch.ts";
import type { SearchSetup, SearchSources } from "../propose/search-setup.ts";
import { openReader, openSetup } from "../propose/search-setup.ts";
import { searchEpochSchema } from "../search-results-schema.ts";
import type { SearchEpoch } from "../search-results.ts";
import { type SearchNetwork, studentSizes } from "../supernet/search-network.ts";
import { complexityWeightIn, networkOfPhase, searchTraining } from "./search-phase.ts";

/** One differentiable search, and where it is done. */
export interface SearchOptions extends Omit<SearchSources, "runtime" | "signal"> {
  /** Name in progress events. */
  readonly id: string;
  /** Where its phases train. */
  readonly place: TrainingPlace;
  /** Gets the records of the epochs and the weights at the end. */
  readonly folder: string;
}

/** What the steps of a search share. */
type Search = SearchSetup & Pick<SearchOptions, "id" | "place" | "folder">;

/**
 * KDL-DARTS: the supernet learns from the teacher's cached targets on one half of the training images, alpha on the
 * other half with a price on complexity; each epoch leaves a genotype.
 *
 * Every phase has a store of its own, and the folder the records of the epochs, so that a search stopped at any moment
 * ends with the same bits when it is called again. At the end `weights.safetensors` holds the weights of every
 * primitive, those that were pruned as they were then.
 *
 * @throws SemlinkError "corrupt-file" when records of earlier epochs are lost that cannot be measured any more
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055; objective and course are semlink's
 */
export async function searchGenotypes(options: SearchOptions): Promise<readonly SearchEpoch[]> {
  const { id, folder, config } = options;
  const { runtime, signal } = options.place;
  const setup = await openSetup({ ...options, runtime, signal });
  const total = config.epochs * setup.train.stepsPerEpoch;
  const report: Reporter = (event) => {
    options.place.report({ ...event, stage: `search ${id}`, total });
  };
  const search: Search = { ...setup, id, folder, place: { ...options.place, report } };
  let epochs = await readEpochs(folder);
  let weights: Weights = new Map();
  let before: SearchPhase | null = null;
  for (const phase of searchPhases(config)) {
    const network = networkOfPhase(search, phase, epochs);
    const recorder = epochRecorder(search, phase, network);
    const training = searchTraining({
      setup,
      phase,
      before,
      network,
      epochs: () => epochs,
      place: search.place,
      async reached(step, latest) {
        const epoch = step / setup.train.stepsPerEpoch - 1;
        if (epoch < epochs.length) return;
        if (epoch > epochs.length) throw lostRecords(folder, epochs.length);
        epochs = [...epochs, await recorder.record(latest, epochs)];
        await writeFileAtomic(epochsPath(folder), JSON.stringify(epochs));
        reportEpoch(search, epochs.at(-1)!);
      },
    });
    weights = await trainPhase(training, weights, search.place);
    await recorder.release();
    before = phase;
  }
  await saveWeights(folder, setup.network, weights);
  await setup.meter.release();
  return epochs;
}

/** Measures what an epoch has reached. */
interface EpochRecorder {
  record(weights: Weights, earlier: readonly SearchEpoch[]): Promise<SearchEpoch>;
  release(): Promise<void>;
}

/** The recorder of a phase; it opens its session with the first epoch that is to be recorded. */
function epochRecorder(search: Search, phase: SearchPhase, network: SearchNetwork): EpochRecorder {
  const { problem, config, primitives, place, train, meter } = search;
  let opened: ReturnType<typeof openReader> | undefined;
  return {
    async record(weights, earlier) {
      opened ??= openReader(search, network);
      const reading = await (await opened).read(weights);
      const { normal, reduce } = reading;
      const lines = await place.phase(phase.name).metrics();
      return searchEpoch(
        {
          means: epochMeans(lines, earlier.length, train.stepsPerEpoch),
          oneShot: await meter.measure(weights, { normal, reduce }),
          reading,
          genotype: deriveGenotype(
            { normal: normal.strengths, reduce: reduce.strengths },
            { ...config, primitives },
          ),
          complexityWeight: complexityWeightIn(phase, config, earlier.at(-1)),
        },
        earlier,
        { student: studentSizes(problem.shape, config), primitives },
      );
    },
    async release() {
      await (await opened)?.release();
    },
  };
}

/** Mean over the steps of an epoch from lines that are means over a few of them. */
function epochMeans(
  all: readonly MetricsLine[],
  epoch: number,
  stepsPerEpoch: number,
): Readonly<Record<string, number>> {
  const [first, last] = [epoch * stepsPerEpoch, (epoch + 1) * stepsPerEpoch];
  const lines = all.filter(({ step }) => step > first && step <= last);
  const means: Record<string, number> = {};
  let before = first;
  for (const { step, ...metrics } of lines) {
    for (const [name, value] of Object.entries(metrics))
      means[name] = (means[name] ?? 0) + (value * (step - before)) / stepsPerEpoch;
    before = step;
  }
  return means;
}

function reportEpoch({ train, place }: Search, record: SearchEpoch): void {
  const { epoch, entropy, gradientNorm, expected, derived, alarms, strengths } = record;
  const { task, penalty } = gradientNorm;
  const metrics = {
    lowerLoss: record.lowerLoss,
    upperLoss: record.upperLoss,
    oneShot: record.oneShot,
    margin: meanMargin(strengths),
    entropy: (entropy.normal + entropy.reduce) / 2,
    penaltyShare: task + penalty === 0 ? 0 : penalty / (task + penalty),
    expectedMacs: expected.macs,
    derivedMacs: derived.macs,
    numChanges: record.numChanges,
  };
  const done = (epoch + 1) * train.stepsPerEpoch;
  const message = [`epoch ${epoch + 1}`, ...alarms].join("; ");
  place.report({ stage: "search", done, total: done, metrics, message });
}

const epochsPath = (folder: string): string => join(folder, "epochs.json");

async function readEpochs(folder: string): Promise<readonly SearchEpoch[]> {
  const path = epochsPath(folder);
  return existsSync(path) ? readStageJson(path, z.array(searchEpochSchema), "records of epochs") : [];
}

function lostRecords(folder: string, numLeft: number): SemlinkError {
  return new SemlinkError({
    code: "corrupt-file",
    where: epochsPath(folder),
    expected: "a record of every epoch that is over",
    actual: `${numLeft} records`,
    hint: "delete the folder; the search is done again",
  });
}
