// SPDX-License-Identifier: Apache-2.0
import { Build, input, nameTree, type Objective, paramsOf, rngFrom, type Tensor } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { cp, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { channelKinds } from "../../channel/channel-model.ts";
import { imageLength } from "../../data/dataset.ts";
import { featuresOfViews } from "../../link/run-device.ts";
import { throughTheAir } from "../../link/link-graph.ts";
import { saidOf, shownIn, tinyProblem, viewsOf } from "../../link/tiny-problem.fixture.ts";
import { drawTransmissions, transmissionInputs } from "../../link/transmission-draws.ts";
import { drawnWeights, openGraph, type OpenGraph } from "../../open-graph.fixture.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { WEIGHTS_FILE } from "../../train/node/phase-files.ts";
import type { RobustConfig } from "../../train/robust-config.ts";
import { watchedRuntime } from "../../train/watched-runtime.fixture.ts";
import { cat, filmMlp } from "./codec-line.ts";
import { openLearned, stageOneWeights, trainLearned } from "./learned-line.fixture.ts";

const folder = eachTempFolder();
const tiny = tinyProblem();
const { data, targets, shape, experiment, problem } = tiny;
const { robust } = problem;
const [STEPS_A, STEPS_B] = [8, 4];
const film = { title: "film-mlp", line: filmMlp, settings: experiment.codec.filmMlp };

const settings = cat.settings.parse(experiment.codec.cat);
const network = cat.network(problem, settings) as { readonly head: unknown };
nameTree(network);
const weights = drawnWeights(network, 1);
const BATCH = 6;

interface Told {
  readonly terms?: Partial<RobustConfig["terms"]>;
  readonly temperature?: number;
  readonly isTaught?: boolean;
}

/** The objective of a phase with the answers that its terms judge. */
async function objectiveOf(
  phase: "phase-a" | "phase-b",
  { terms: weighted, temperature = 2, isTaught = true }: Told = {},
): Promise<OpenGraph<string> & { readonly metrics: readonly string[] }> {
  const told = { ...robust, temperature, terms: { ...robust.terms, ...weighted } };
  const { runtime, signal } = await watchedRuntime();
  const place = {
    runtime,
    cores: { count: 1 },
    detectAnomaly: false,
    report: () => undefined,
    signal,
    phase: () => {
      throw new TypeError("nothing is trained here");
    },
  };
  const material = { data, targets: isTaught ? targets : null, start: weights, seed: 1, place };
  const phases = cat.phases(network, { ...problem, robust: told }, settings, material);
  const build = new Build(network, { training: true });
  const { loss, metrics = {} }: Objective = phases.find(({ name }) => name === phase)!.objective(build);
  const terms = await openGraph<string>({ loss, ...metrics }, weights);
  const answers = await openGraph<string>(answersOf(new Build(network, { training: true }), phase), weights);
  return {
    inputNames: terms.inputNames,
    run: async (fed) => ({ ...(await terms.run(fed)), ...(await answers.run(fed)) }),
    metrics: Object.keys(metrics),
  };
}

/** The answers of receiver and device in a phase, from the same inputs. */
function answersOf(build: Build, phase: "phase-a" | "phase-b"): Record<string, Tensor> {
  const graph = cat.graph(network, problem, settings);
  const features =
    phase === "phase-a"
      ? input("features", ["batch", shape.embedDim])
      : graph.features(build, input("images", ["batch", ...shape.imageShape]));
  const transmission = transmissionInputs(problem.code.lengths.at(-1)!, channelKinds.length, problem.radios);
  const { answer } = throughTheAir(build, graph, features, transmission, problem.radios);
  return { answer, deviceAnswer: graph.deviceAnswer!(build, features) };
}

const drawn = drawTransmissions(rngFrom(2), BATCH, {
  ...problem.code,
  radios: problem.radios,
  numKinds: channelKinds.length,
});
const values = {
  ...Object.fromEntries(Object.entries(drawn).map(([name, tensor]) => [name, tensor.data as Float32Array])),
  features: rngFrom(3).normal(BATCH * shape.embedDim),
  images: rngFrom(3).normal(BATCH * imageLength(data.train)),
  teacherEmbedding: rngFrom(4).normal(BATCH * shape.embedDim),
  teacherAnswer: rngFrom(5).normal(BATCH * shape.numClasses),
  labels: Int32Array.from(rngFrom(6).integers(BATCH, shape.numClasses)),
  isLabelled: new Float32Array(BATCH).fill(1),
};

/** `T² KL(softmax(t/T) ‖ softmax(s/T))` of logits of mean 0 and deviation 1, mean over the batch, in float64. */
function softTerm(student: Float32Array, teacher: Float32Array, temperature: number): number {
  const width = shape.numClasses;
  const rows = (logits: Float32Array): number[][] =>
    Array.from({ length: BATCH }, (_, row) => {
      const own = [...logits.subarray(row * width, (row + 1) * width)];
      const mean = own.reduce((sum, value) => sum + value, 0) / width;
      const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width + 1e-6);
      const powers = own.map((value) => Math.exp((value - mean) / deviation / temperature));
      const total = powers.reduce((sum, value) => sum + value, 0);
      return powers.map((value) => value / total);
    });
  const [own, said] = [rows(student), rows(teacher)];
  const divergence = said.flatMap((row, i) => row.map((p, c) => p * Math.log(p / own[i]![c]!)));
  return (temperature ** 2 * divergence.reduce((sum, value) => sum + value, 0)) / BATCH;
}

describe("the objective of a codec line", () => {
  it("reports every term under its name, and the loss is their weighted sum", async () => {
    const { run, metrics } = await objectiveOf("phase-b");
    const ran = await run(values);
    expect([...metrics].sort()).toEqual(Object.keys(robust.terms).sort());
    const sum = metrics.reduce(
      (total, name) => total + robust.terms[name as keyof typeof robust.terms] * ran[name]![0]!,
      0,
    );
    expect(ran["loss"]![0]).toBeCloseTo(sum, 4);
    for (const name of metrics) expect(ran[name]![0]).toBeGreaterThan(0);
  });

  it("has the term of the device only in phase B, where the device is trained", async () => {
    expect((await objectiveOf("phase-a")).metrics).toEqual(["teacherFeature", "ownFeature", "soft", "hard"]);
    expect((await objectiveOf("phase-b")).metrics).toContain("device");
    expect((await objectiveOf("phase-b", { terms: { device: 0 } })).metrics).not.toContain("device");
  });

  it.each([1, 4])("takes the soft term T² times, at T = %d", async (temperature) => {
    const { run } = await objectiveOf("phase-a", { temperature });
    const { soft, answer } = await run(values);
    const expected = softTerm(answer!, values.teacherAnswer, temperature);
    expect(Math.abs(soft![0]! / expected - 1)).toBeLessThan(1e-3);
  });

  it("teaches the device by labels, and by the teacher's logits where the link is taught by them", async () => {
    const temperature = 3;
    const taught = await (await objectiveOf("phase-b", { temperature })).run(values);
    const alone = await (await objectiveOf("phase-b", { temperature, terms: { soft: 0 } })).run(values);
    const soft = softTerm(taught["deviceAnswer"]!, values.teacherAnswer, temperature);
    expect(taught["device"]![0]! - alone["device"]![0]!).toBeCloseTo(soft, 3);
    expect(taught["hard"]![0]).toBeCloseTo(alone["hard"]![0]!, 5);
  });

  it("asks for no teacher when no term needs one, or when there is none", async () => {
    for (const told of [{ terms: { teacherFeature: 0, soft: 0 } }, { isTaught: false }]) {
      const { inputNames, metrics, run } = await objectiveOf("phase-b", told);
      expect(inputNames.filter((name) => name.startsWith("teacher"))).toEqual([]);
      expect(metrics).toEqual(["ownFeature", "hard", "device"]);
      expect((await run(values))["loss"]![0]).toBeGreaterThan(0);
    }
  });

  it("takes labels only from images whose label may be used", async () => {
    const { run } = await objectiveOf("phase-b");
    const isLabelled = Float32Array.of(1, 0, 1, 0, 1, 1);
    const labels = values.labels.map((label, i) => (isLabelled[i] === 1 ? label : (label + 1) % 4));
    expect(await run({ ...values, isLabelled, labels })).toEqual(await run({ ...values, isLabelled }));
  });
});

describe("the network of a codec line", () => {
  it("holds every parameter of stage 1 under the same name, and names the others by what they are part of", () => {
    const names = paramsOf(network).map(({ name }) => name);
    for (const name of stageOneWeights(tiny).keys()) expect(names).toContain(name);
    const parts = new Set(names.map((name) => /^(codec\.)?\w+/.exec(name)![0]));
    expect([...parts].sort()).toEqual(["codec.decoder", "codec.encoder", "head", "receiverHead", "student"]);
  });

  it("starts the receiver's head as the device's", () => {
    const taught = stageOneWeights(tiny);
    const start = cat.start!(taught, settings);
    expect(start.get("receiverHead.weight")).toEqual(taught.get("head.weight"));
    expect(start.get("receiverHead.bias")).toEqual(taught.get("head.bias"));
    for (const [name, own] of taught) expect(start.get(name)).toBe(own);
  });
});

describe("the phases of a codec line", () => {
  it("teach what the teacher said of the very view that is sent", async () => {
    const watched = await watchedRuntime();
    const { start } = await trainLearned(film, { folder: folder(), watched });
    const { network: own, graph } = openLearned(film);
    const { runtime, signal } = watched;
    const features = await featuresOfViews({
      network: own,
      link: graph,
      material: { data, start, place: { runtime, report: () => undefined, signal } },
      problem,
      featureDim: shape.embedDim,
      numViews: targets.views.length,
    });
    const steps = [
      ...watched.fed("features").map((sent) => shownIn(sent, features, shape.embedDim)),
      ...watched.fed("images").map((sent) => shownIn(sent, viewsOf(tiny), imageLength(data.train))),
    ];
    expect(steps.length).toBe(STEPS_A + STEPS_B);
    steps.forEach((shown, step) => {
      const said = saidOf(targets, shown);
      expect(watched.fed("teacherEmbedding")[step]).toEqual(said.teacherEmbedding);
      expect(watched.fed("teacherAnswer")[step]).toEqual(said.teacherAnswer);
      expect([...watched.fed("labels")[step]!]).toEqual(shown.map(({ image }) => data.train.labels[image]));
    });
    expect(new Set(steps.flat().map(({ view }) => view))).toEqual(new Set([0, 1]));
  });

  it("leave phase B out when it has no epochs, and the student as it is in phase A", async () => {
    const watched = await watchedRuntime();
    const phaseB = { ...robust.phaseB, epochs: 0 };
    const { weights: trained } = await trainLearned(film, { folder: folder(), watched, robust: { phaseB } });
    expect(watched.numSteps()).toBe(STEPS_A);
    for (const [name, own] of stageOneWeights(tiny)) expect(trained.get(name)).toEqual(own);
  });

  it("have values for everything when neither phase has steps", async () => {
    const none = { phaseA: { ...robust.phaseA, steps: 0 }, phaseB: { ...robust.phaseB, epochs: 0 } };
    const { network: own, weights: trained } = await trainLearned(film, { folder: folder(), robust: none });
    expect(paramsOf(own).filter(({ name }) => !trained.has(name))).toEqual([]);
  });

  it("move the student in phase B, and not with encoderScale 0", async () => {
    const taught = stageOneWeights(tiny);
    const moved = await trainLearned(film, { folder: join(folder(), "moved") });
    const phaseB = { ...robust.phaseB, encoderScale: 0 };
    const frozen = await trainLearned(film, { folder: join(folder(), "frozen"), robust: { phaseB } });
    for (const name of [...taught.keys()].filter((key) => key.endsWith("conv.weight"))) {
      expectClose(frozen.weights.get(name)!, taught.get(name)!, { relative: 1e-6, absolute: 1e-7 });
      expect(moved.weights.get(name)).not.toEqual(taught.get(name));
    }
  });

  it("are not repeated in phase A when only phase B is lost", async () => {
    const [straight, half] = [join(folder(), "straight"), join(folder(), "half")];
    const whole = await trainLearned(film, { folder: straight });
    await cp(join(straight, "phase-a"), join(half, "phase-a"), { recursive: true });
    const written = await stat(join(half, "phase-a", WEIGHTS_FILE));
    const watched = await watchedRuntime();
    const again = await trainLearned(film, { folder: half, watched });
    expect(watched.numSteps()).toBe(STEPS_B);
    expect((await stat(join(half, "phase-a", WEIGHTS_FILE))).mtimeMs).toBe(written.mtimeMs);
    expect(Object.fromEntries(again.weights)).toEqual(Object.fromEntries(whole.weights));
    const ofPhaseB = ["phase-b", WEIGHTS_FILE] as const;
    expect(await readFile(join(half, ...ofPhaseB))).toEqual(await readFile(join(straight, ...ofPhaseB)));
  });
});
