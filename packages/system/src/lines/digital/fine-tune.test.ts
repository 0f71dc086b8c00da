// SPDX-License-Identifier: Apache-2.0
import { Build, input, rngFrom } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { viewBank, writeBatch } from "../../data/augment.ts";
import { imageLength } from "../../data/dataset.ts";
import { imagesAtBudgets, imageSettings } from "./compressed-images.ts";
import { imageBudgets } from "./separation.ts";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";
import type { Reporter } from "../../run/progress.ts";
import { studentEncoder } from "../../student/student-encoder.ts";
import { classify } from "../../task/classify.ts";
import { phaseFiles } from "../../train/node/phase-files.ts";
import type { TrainingPlace, Weights } from "../../train/phase.ts";
import { drawnWeights, openGraph } from "../../open-graph.fixture.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { fineTuneOnCompressed, type FineTuneOptions } from "./fine-tune.ts";

const tempFolder = eachTempFolder();
const { data, shape, experiment } = tinyProblem(64);
const sizes = classify.sizes(data);
const network = {
  student: studentEncoder(experiment.student, shape, []),
  head: classify.head(shape.embedDim, sizes, null),
};
const start = drawnWeights(network, 3);
const { separation } = experiment.evaluate;
const fineTuning = { ...separation.fineTuning, images: 64, copies: 2, steps: 51, batchSize: 16 };
const lengths = [256];

interface Changes extends Partial<FineTuneOptions> {
  readonly folder?: string;
  readonly signal?: AbortSignal;
  readonly report?: Reporter;
}

async function tune(changes: Changes = {}): Promise<Weights> {
  const {
    folder = await mkdtemp(join(tempFolder(), "tuned-")),
    signal = new AbortController().signal,
    report = () => undefined,
    ...options
  } = changes;
  const place: TrainingPlace = {
    runtime: await nodeRuntime({ intraOpThreads: 1 }),
    cores: { count: 1 },
    detectAnomaly: false,
    report,
    signal,
    phase: () => phaseFiles(folder),
  };
  return fineTuneOnCompressed({
    task: classify,
    data,
    network,
    start,
    separation: { formats: ["jpeg"], fineTuning },
    lengths,
    rng: rngFrom(5),
    place,
    ...options,
  });
}

async function accuracy(weights: Weights): Promise<number> {
  const budgets = imageBudgets(lengths, ["jpeg"]);
  const ladders = imageSettings(["jpeg"]);
  const seen = await imagesAtBudgets(data.test, { ladders, budgets, copies: 1, rng: rngFrom(8) });
  const build = new Build(network, { training: false });
  const features = build.apply(network.student, input("images", ["batch", ...shape.imageShape]));
  const answers = await openGraph({ logits: build.apply(network.head, features) }, weights);
  const images = new Float32Array(seen.count * imageLength(seen));
  const all = Uint32Array.from({ length: seen.count }, (_, image) => image);
  writeBatch(images, seen, all, viewBank(1)[0]!, data.mean, data.std);
  const decisions = classify.decide((await answers.run({ images })).logits, sizes);
  return decisions.filter((decision, image) => decision === seen.labels[image]).length / seen.count;
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
