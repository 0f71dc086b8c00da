// SPDX-License-Identifier: Apache-2.0
import { Build, input, type Objective, rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { channelKinds } from "../channel/channel-model.ts";
import { openRadio } from "../channel/channel-spec.ts";
import type { RobustConfig } from "../experiment.ts";
import { drawnWeights, openGraph, type OpenGraph } from "../open-graph.fixture.ts";
import { linkObjective } from "./link-objective.ts";
import { linkNetwork } from "./networks.ts";
import { tinyProblem } from "./tiny-problem.fixture.ts";
import { drawTransmissions } from "./transmission-draws.ts";

const { shape, experiment } = tinyProblem();
const { codec, robust } = experiment;
const network = linkNetwork(shape, experiment, "cat");
const weights = drawnWeights(network, 1);
const BATCH = 6;

/** The objective as training builds it: with the decision of the device in phase B, without in phase A. */
function objective(phase: "a" | "b", terms: Partial<RobustConfig["terms"]> = {}): Objective {
  const build = new Build(network, { training: true });
  const embedding = input("embedding", ["batch", shape.embedDim]);
  const deviceLogits = phase === "b" ? build.apply(network.head, embedding) : null;
  const options = { shape, codec, robust: { ...robust, terms: { ...robust.terms, ...terms } } };
  return linkObjective(build, network, embedding, deviceLogits, options);
}

const transmissions = Object.entries(
  drawTransmissions(rngFrom(2), BATCH, {
    ...codec,
    radios: codec.channels.map(openRadio),
    numKinds: channelKinds.length,
  }),
).map(([name, { data }]) => [name, data] as const);

const values = {
  ...(Object.fromEntries(transmissions) as Record<string, Float32Array>),
  embedding: rngFrom(3).normal(BATCH * shape.embedDim),
  teacherEmbedding: rngFrom(4).normal(BATCH * shape.embedDim),
  teacherAnswer: rngFrom(5).normal(BATCH * shape.numClasses),
  labels: Int32Array.from(rngFrom(6).integers(BATCH, shape.numClasses)),
  isLabelled: new Float32Array(BATCH).fill(1),
};

async function open({ loss, metrics = {} }: Objective): Promise<OpenGraph<string>> {
  return openGraph<string>({ loss, ...metrics }, weights);
}

describe("linkObjective", () => {
  it("reports every term under its name, and the loss is their weighted sum", async () => {
    const { run } = await open(objective("b"));
    const { loss, ...terms } = await run(values);
    expect(Object.keys(terms).sort()).toEqual(Object.keys(robust.terms).sort());
    const sum = Object.entries(terms).reduce(
      (total, [name, value]) => total + robust.terms[name as keyof typeof robust.terms] * value[0]!,
      0,
    );
    expect(loss![0]).toBeCloseTo(sum, 4);
    for (const value of Object.values(terms)) expect(value[0]).toBeGreaterThan(0);
  });

  it("has the term of the device only where the device decides", () => {
    expect(Object.keys(objective("a").metrics!)).toEqual(["teacherFeature", "ownFeature", "soft", "hard"]);
    expect(Object.keys(objective("b").metrics!)).toContain("device");
    expect(Object.keys(objective("b", { device: 0 }).metrics!)).not.toContain("device");
  });

  it("asks for no teacher when no term needs one", async () => {
    const { inputNames, run } = await open(objective("b", { teacherFeature: 0, soft: 0 }));
    expect(inputNames).not.toContain("teacherEmbedding");
    expect(inputNames).not.toContain("teacherAnswer");
    const without: Record<string, Float32Array | Int32Array> = { ...values };
    delete without["teacherEmbedding"];
    delete without["teacherAnswer"];
    expect((await run(without))["loss"]![0]).toBeGreaterThan(0);
  });

  it("teaches the device by the teacher's logits where the link is, and from labels alone otherwise", async () => {
    const taught = await (await open(objective("b"))).run(values);
    const alone = await (await open(objective("b", { soft: 0 }))).run(values);
    // CE + KL against CE: the rest of the two graphs is the same.
    expect(taught["device"]![0]).toBeGreaterThan(alone["device"]![0]!);
    expect(taught["hard"]![0]).toBeCloseTo(alone["hard"]![0]!, 5);
  });

  it("takes labels only from images whose label may be used", async () => {
    const { run } = await open(objective("b"));
    const isLabelled = Float32Array.of(1, 0, 1, 0, 1, 1);
    const labels = values.labels.map((label, i) => (isLabelled[i] === 1 ? label : (label + 1) % 4));
    expect(await run({ ...values, isLabelled, labels })).toEqual(await run({ ...values, isLabelled }));
  });
});
