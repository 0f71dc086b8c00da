// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { imageSettings } from "./compressed-images.ts";
import { imagesAtBudgets } from "./images-at-budgets.ts";
import { imageBudgets } from "./separation.ts";
import { studentNetwork } from "../../link/networks.ts";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";
import { loadWeights } from "../../train/node/phase-files.ts";
import { drawnWeights } from "../../open-graph.fixture.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { fineTuneOnCompressed, type FineTuneOptions } from "./fine-tune.ts";
import { runStudent } from "../../evaluate/link-evaluation.ts";

const tempFolder = eachTempFolder();
const { data, shape, experiment } = tinyProblem(64);
const network = studentNetwork(shape, experiment.student, null);
const start = drawnWeights(network, 3);
const { separation } = experiment.evaluate;
const fineTuning = { ...separation.fineTuning, images: 64, copies: 2, steps: 51, batchSize: 16 };
const lengths = [256];

async function tune(changes: Partial<FineTuneOptions> = {}): Promise<Map<string, Float32Array>> {
  const { folder = await mkdtemp(join(tempFolder(), "tuned-")) } = changes;
  const { signal } = new AbortController();
  const runtime = await nodeRuntime({ intraOpThreads: 1 });
  await fineTuneOnCompressed({
    ...{ data, shape, student: experiment.student, start, lengths, folder, runtime, signal },
    separation: { formats: ["jpeg"], fineTuning },
    rng: rngFrom(5),
    report: () => undefined,
    ...changes,
  });
  return loadWeights(folder);
}

async function accuracy(weights: ReadonlyMap<string, Float32Array>): Promise<number> {
  const budgets = imageBudgets(lengths, ["jpeg"]);
  const ladders = imageSettings(["jpeg"]);
  const seen = await imagesAtBudgets(data.test, { ladders, budgets, copies: 1, rng: rngFrom(8) });
  const runtime = await nodeRuntime({ intraOpThreads: 1 });
  const { signal } = new AbortController();
  const { predictions } = await runStudent(network, seen, { data, shape, weights, runtime, signal });
  return predictions.filter((decision, image) => decision === seen.labels[image]).length / seen.count;
}

describe("fineTuneOnCompressed", () => {
  it("learns to classify compressed images that it has not seen", async () => {
    const [before, after] = [await accuracy(start), await accuracy(await tune())];
    const chance = 1 / data.classNames.length;
    const spread = 5 * Math.sqrt((chance * (1 - chance)) / data.test.count);
    expect(before).toBeLessThan(chance + spread);
    expect(after).toBeGreaterThan(chance + spread);
  });

  it("ends with the same bits after an interruption", async () => {
    const whole = await tune();
    const stop = new AbortController();
    const folder = await mkdtemp(join(tempFolder(), "stopped-"));
    const report = ({ done }: { readonly done: number }): void => {
      if (done >= 50) stop.abort(new Error("stopped"));
    };
    await expect(tune({ folder, signal: stop.signal, report })).rejects.toThrow("stopped");
    expect(await tune({ folder })).toEqual(whole);
  });

  it("never learns from a label that must not be used", async () => {
    const isLabelled = Uint8Array.from(data.train.labels, (label) => (label < 2 ? 1 : 0));
    const swapped = data.train.labels.map((label) => (label < 2 ? label : 5 - label));
    const train = { ...data.train, isLabelled };
    const short = { formats: ["jpeg"] as const, fineTuning: { ...fineTuning, steps: 4 } };
    const one = await tune({ data: { ...data, train }, separation: short });
    const other = await tune({ data: { ...data, train: { ...train, labels: swapped } }, separation: short });
    expect(other).toEqual(one);
  });

  it("leaves the device's student as it is where no message holds an image", async () => {
    const kept = await tune({ lengths: [2] });
    expect(kept.size).toBeGreaterThan(0);
    for (const [name, values] of kept) expect(values).toEqual(start.get(name));
  });
});
