// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { gradients, input, rngFrom } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { openGraph, type Values } from "../open-graph.fixture.ts";
import { classify } from "../task/classify.ts";
import { featureLoss, termsOf, weightedTerms } from "./terms.ts";

const WIDTH = 5;
const a = input("a", ["batch", WIDTH]);
const b = input("b", ["batch", WIDTH]);

/** The one output of a graph, by its inputs. */
async function openFunction(output: Tensor): Promise<(values: Values) => Promise<Float32Array>> {
  const { run } = await openGraph({ output });
  return async (values) => (await run(values)).output;
}

/** Columns brought to mean 0 and variance 1 over the rows. */
function standardizedColumns(values: Float32Array): Float32Array {
  const count = values.length / WIDTH;
  const column = (d: number): number[] => Array.from({ length: count }, (_, row) => values[row * WIDTH + d]!);
  const average = (list: number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  const means = Array.from({ length: WIDTH }, (_, d) => average(column(d)));
  const deviations = means.map((m, d) => Math.sqrt(average(column(d).map((value) => (value - m) ** 2))));
  return values.map((value, i) => (value - means[i % WIDTH]!) / deviations[i % WIDTH]!);
}

describe("featureLoss", () => {
  it("is 1 - R^2 of a standardised reference: 0 for itself, 1 for its mean", async () => {
    const loss = await openFunction(featureLoss(a, b));
    const reference = standardizedColumns(rngFrom(1).normal(200 * WIDTH));
    const noise = rngFrom(2).normal(reference.length);
    const estimate = reference.map((value, i) => 0.6 * value + 0.3 * noise[i]!);
    const missed = estimate.reduce((sum, value, i) => sum + (value - reference[i]!) ** 2, 0);
    const total = reference.reduce((sum, value) => sum + value ** 2, 0); // the mean is 0
    expect((await loss({ a: estimate, b: reference }))[0]).toBeCloseTo(missed / total, 5);
    expect((await loss({ a: reference, b: reference }))[0]).toBe(0);
    expect((await loss({ a: new Float32Array(reference.length), b: reference }))[0]).toBeCloseTo(1, 5);
  });

  it("moves the embedding and never the reference", async () => {
    const [ofEmbedding] = gradients(featureLoss(a, b), [a]);
    const slope = await openFunction(ofEmbedding!);
    const [first, second] = [Float32Array.of(1, 2, 3, 4, 5), Float32Array.of(1, 0, 3, 0, 0)];
    expectClose(
      await slope({ a: first, b: second }),
      first.map((value, i) => (2 * (value - second[i]!)) / WIDTH),
      { relative: 1e-6, absolute: 0 },
    );
    expect(() => gradients(featureLoss(a, b), [b])).toThrow(
      expect.objectContaining({ code: "not-connected" }),
    );
  });
});

describe("weightedTerms", () => {
  const scalar =
    (name: string): (() => Tensor) =>
    () =>
      input(`value of ${name}`, []);

  it("adds the terms by their weights and reports each unweighted under its name", async () => {
    const terms = { x: scalar("x"), y: scalar("y") };
    const { loss, metrics } = weightedTerms({ x: 2, y: 0.5 }, terms);
    const { run } = await openGraph({ loss, ...metrics });
    const result = await run({ "value of x": Float32Array.of(3), "value of y": Float32Array.of(10) });
    expect(result).toEqual({ loss: Float32Array.of(11), x: Float32Array.of(3), y: Float32Array.of(10) });
  });

  it("does not even build a term of weight 0", () => {
    const forbidden = (): Tensor => expect.fail("built");
    expect(Object.keys(weightedTerms({ x: 1, y: 0 }, { x: scalar("x"), y: forbidden }).metrics)).toEqual([
      "x",
    ]);
  });

  it("leaves out a weight without a term", () => {
    expect(Object.keys(weightedTerms({ x: 1, device: 1 }, { x: scalar("x") }).metrics)).toEqual(["x"]);
  });

  it("refuses to train on nothing, naming the terms that there are", () => {
    expect(() => weightedTerms({ x: 0, z: 1 }, { x: scalar("x"), y: scalar("y") })).toThrow(
      expect.objectContaining({ code: "invalid-config", hint: "known terms: x, y" }),
    );
  });
});

describe("termsOf", () => {
  const sizes = { numClasses: WIDTH };
  const [embedding, answer, sent, decided] = ["f", "z", "sent", "decided"].map((name) =>
    input(name, ["batch", WIDTH]),
  ) as [Tensor, Tensor, Tensor, Tensor];
  const teacher = { embedding: input("fT", ["batch", WIDTH]), answer: input("zT", ["batch", WIDTH]) };
  const truth = classify.truthInputs(sizes);
  const device = { embedding: sent, answer: decided };
  const options = { temperature: 2, labelSmoothing: 0.1 };
  const rows = (seed: number): Float32Array => rngFrom(seed).normal(3 * WIDTH);
  const values = {
    f: rows(1),
    z: rows(2),
    fT: rows(3),
    zT: rows(4),
    sent: rows(5),
    decided: rows(6),
    labels: Int32Array.of(1, 4, 0),
    isLabelled: Float32Array.of(1, 1, 1),
  };

  it("has the terms that the tensors allow, and no other", () => {
    const namesOf = (given: Partial<Parameters<typeof termsOf>[1]>): string[] =>
      Object.keys(termsOf(classify, { embedding, answer, teacher, truth, ...given }, options)).sort();
    const taught = ["cosine", "feature", "hard", "soft", "teacherFeature"];
    expect(namesOf({})).toEqual(taught);
    expect(namesOf({ teacher: null })).toEqual(["hard"]);
    expect(namesOf({ teacher: { ...teacher, answer: null } })).toEqual(
      taught.filter((name) => name !== "soft"),
    );
    expect(namesOf({ device: { ...device, answer: null } })).toEqual([...taught, "ownFeature"].sort());
    expect(namesOf({ device })).toEqual([...taught, "device", "ownFeature"].sort());
  });

  it("compares what each name says", async () => {
    const terms = termsOf(classify, { embedding, answer, teacher, truth, device }, options);
    const built = Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, term()]));
    const { run } = await openGraph<string>({
      ...built,
      featureOfTeacher: featureLoss(embedding, teacher.embedding),
      featureOfDevice: featureLoss(embedding, sent),
      softOfDevice: classify.soft(decided, teacher.answer, options),
      hardOfDevice: classify.hard(decided, truth, options),
      softOfAnswer: classify.soft(answer, teacher.answer, options),
      hardOfAnswer: classify.hard(answer, truth, options),
    });
    const result = await run(values);
    const valueOf = (name: string): number => result[name]![0]!;
    expect(valueOf("feature")).toBe(valueOf("featureOfTeacher"));
    expect(valueOf("teacherFeature")).toBe(valueOf("featureOfTeacher"));
    expect(valueOf("ownFeature")).toBe(valueOf("featureOfDevice"));
    expect(valueOf("soft")).toBe(valueOf("softOfAnswer"));
    expect(valueOf("hard")).toBe(valueOf("hardOfAnswer"));
    expect(valueOf("device")).toBeCloseTo(valueOf("hardOfDevice") + valueOf("softOfDevice"), 5);
    let cosine = 0;
    for (let row = 0; row < 3; row++) {
      const [own, said] = [values.f, values.fT].map((all) => all.subarray(row * WIDTH, (row + 1) * WIDTH));
      const dot = (x: Float32Array, y: Float32Array): number =>
        x.reduce((sum, value, i) => sum + value * y[i]!, 0);
      cosine += dot(own!, said!) / Math.sqrt(dot(own!, own!) * dot(said!, said!)) / 3;
    }
    expect(valueOf("cosine")).toBeCloseTo(1 - cosine, 5);
  });

  it("teaches the device by the truth alone where it is told to", async () => {
    const alone = termsOf(
      classify,
      { embedding, answer, teacher, truth, device },
      { ...options, isDeviceTaught: false },
    );
    const { run } = await openGraph({
      device: alone["device"]!(),
      hard: classify.hard(decided, truth, options),
    });
    const result = await run(values);
    expect(result.device).toEqual(result.hard);
  });
});
