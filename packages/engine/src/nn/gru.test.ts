// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import { opCasesList } from "../ops/index.cases.ts";
import { add, mul, sum } from "../ops/index.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { kernelSetsOf, runIn } from "../testing/check-op-runtime.ts";
import { checkDifferences } from "../testing/differences.ts";
import { float64Tensor, numElements } from "../testing/op-cases.ts";
import type { GoldenCase } from "../testing/golden.ts";
import { readGolden } from "../testing/golden.ts";
import type { Feeds } from "../testing/interpreter.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import { Build, paramsOf } from "./build.ts";
import { BidirectionalGru, Gru } from "./gru.ts";

const [BATCH, STEPS, IN, WIDTH] = [3, 4, 2, 3];
const LENGTHS = [4, 1, 3];
const exact = { relative: 1e-12, absolute: 1e-13 };
const runtime = await nodeRuntime();
const golden = readGolden(new URL("__goldens__/gru.json", import.meta.url));

const x = input("x", ["batch", STEPS, IN]);
const lengths = input("lengths", ["batch"], "int32");
const forward = new Gru({ inFeatures: IN, width: WIDTH });
const both = new BidirectionalGru({ inFeatures: IN, width: WIDTH });

function draw(name: string, shape: readonly number[]): Feeds[string] {
  return float64Tensor(shape, rngFrom(31).fold(name).normal(numElements(shape)));
}

/** Builds a network's graph, which names its parameters. */
function applied(layer: Gru | BidirectionalGru, isPadded: boolean): ReturnType<Gru["forward"]> {
  return new Build(layer, { training: true }).apply<[Tensor, object], ReturnType<Gru["forward"]>>(
    layer,
    x,
    isPadded ? { lengths } : {},
  );
}

const outputs = {
  forward: applied(forward, false),
  padded: applied(forward, true),
  both: applied(both, true),
};

const feeds: Feeds = {
  x: draw("x", [BATCH, STEPS, IN]),
  lengths: float64Tensor([BATCH], LENGTHS),
  ...Object.fromEntries(
    [...paramsOf(forward), ...paramsOf(both)].map(({ name, shape }) => [name, draw(name, shape)]),
  ),
};

/** One item by loops over steps, gates and numbers; states in the order in which they are reached. */
function statesByLoop(steps: readonly (readonly number[])[], prefix = ""): number[][] {
  const of = (name: string): Float64Array => feeds[`${prefix}${name}`]!.data;
  const map = (weight: string, bias: string, vector: readonly number[], row: number): number =>
    vector.reduce((total, value, i) => total + of(weight)[row * vector.length + i]! * value, of(bias)[row]!);
  const logistic = (value: number): number => 1 / (1 + Math.exp(-value));
  const states: number[][] = [];
  for (const step of steps) {
    const state = states.at(-1) ?? new Array<number>(WIDTH).fill(0);
    const gate = (which: number, unit: number): [fromInput: number, fromState: number] => {
      const row = which * WIDTH + unit;
      return [map("inputWeight", "inputBias", step, row), map("stateWeight", "stateBias", state, row)];
    };
    states.push(
      state.map((value, unit) => {
        const [r, z] = [0, 1].map((which) => logistic(gate(which, unit)[0] + gate(which, unit)[1]));
        const [fromInput, fromState] = gate(2, unit);
        return (1 - z!) * Math.tanh(fromInput + r! * fromState) + z! * value;
      }),
    );
  }
  return states;
}

function stepsOf(item: number): number[][] {
  const { data } = feeds["x"]!;
  return Array.from({ length: STEPS }, (_, step) => {
    const start = (item * STEPS + step) * IN;
    return [...data.slice(start, start + IN)];
  });
}

const items = Array.from({ length: BATCH }, (_, item) => item);
const valuesOf = (tensor: Tensor, fed = feeds): Float64Array => evaluate([tensor], fed, opCasesList)[0]!.data;

describe("Gru", () => {
  it("follows the equations step by step", () => {
    const expected = items.flatMap((item) => statesByLoop(stepsOf(item)).flat());
    expectClose(valuesOf(outputs.forward.states), expected, exact);
  });

  it("ends with the state of the last step", () => {
    const expected = items.flatMap((item) => statesByLoop(stepsOf(item)).at(-1)!);
    expectClose(valuesOf(outputs.forward.last), expected, exact);
  });

  it("keeps the state on padded steps", () => {
    const expected = items.flatMap((item) => {
      const states = statesByLoop(stepsOf(item).slice(0, LENGTHS[item]));
      return Array.from({ length: STEPS }, (_, step) => states[step] ?? states.at(-1)!).flat();
    });
    expectClose(valuesOf(outputs.padded.states), expected, exact);
  });

  it("does not see what stands on padded steps", () => {
    const changed = feeds["x"]!.data.map((value, i) => {
      const [item, step] = [Math.floor(i / (STEPS * IN)), Math.floor(i / IN) % STEPS];
      return step < LENGTHS[item]! ? value : 1e6;
    });
    const other = { ...feeds, x: { shape: feeds["x"]!.shape, data: changed } };
    for (const tensor of [outputs.padded.states, outputs.both.states, outputs.both.last]) {
      expect(valuesOf(tensor, other)).toEqual(valuesOf(tensor));
    }
  });

  it.each([
    ["one direction", forward, outputs.forward],
    ["one direction with lengths", forward, outputs.padded],
    ["both directions with lengths", both, outputs.both],
  ])("has the gradient of differences by input and parameters: %s", (where, layer, { states, last }) => {
    const scalar = add(sum(mul(states, mul(states, states))), sum(last));
    const leaves = [x, ...paramsOf(layer).map(({ value }) => value)];
    const names = ["x", ...paramsOf(layer).map(({ name }) => name)];
    const gradient = evaluate(gradients(scalar, leaves), feeds, opCasesList);
    checkDifferences(
      {
        where,
        point: names.map((name) => feeds[name]!),
        wrt: names.map((_, index) => index),
        f: (point) =>
          valuesOf(scalar, {
            ...feeds,
            ...Object.fromEntries(names.map((name, i) => [name, point[i]!])),
          })[0]!,
        gradient,
      },
      rngFrom(32),
    );
  });

  it("names its four parameters and starts them within 1/√width", () => {
    expect(paramsOf(forward).map(({ name, shape }) => [name, shape])).toEqual([
      ["inputWeight", [9, 2]],
      ["stateWeight", [9, 3]],
      ["inputBias", [9]],
      ["stateBias", [9]],
    ]);
    const starts = paramsOf(forward).flatMap(({ init, shape, name }) => [
      ...init(shape, rngFrom(1).fold(name)),
    ]);
    const largest = Math.max(...starts.map(Math.abs));
    // The largest of 63 uniform numbers is below 0.75 of the bound with probability 0.75^63 = 1e-8.
    expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(WIDTH));
    expect(largest).toBeGreaterThan(0.75 / Math.sqrt(WIDTH));
  });

  it("refuses a number of steps that is known only at run time", () => {
    const open = input("open", [3, "steps", IN]);
    expect(() => forward.forward(new Build({}, { training: false }), open)).toThrow(
      /Gru: expected \[batch, numSteps, inFeatures\] .*, got \[3, steps, 2\]/,
    );
  });
});

describe("BidirectionalGru", () => {
  it("joins the states of a reading from either end of the true steps", () => {
    const expected = items.flatMap((item) => {
      const steps = stepsOf(item).slice(0, LENGTHS[item]);
      const ahead = statesByLoop(steps, "ahead.");
      const back = statesByLoop(steps.toReversed(), "back.").reverse();
      const nothingRead = new Array<number>(WIDTH).fill(0);
      return Array.from({ length: STEPS }, (_, step) => [
        ...(ahead[step] ?? ahead.at(-1)!),
        ...(back[step] ?? nothingRead),
      ]).flat();
    });
    expectClose(valuesOf(outputs.both.states), expected, exact);
  });

  it("gives an item the same states alone and in a batch", () => {
    const all = valuesOf(outputs.both.states);
    items.forEach((item) => {
      const alone = {
        ...feeds,
        x: float64Tensor([1, STEPS, IN], stepsOf(item).flat()),
        lengths: float64Tensor([1], [LENGTHS[item]!]),
      };
      const size = STEPS * 2 * WIDTH;
      expect(valuesOf(outputs.both.states, alone)).toEqual(all.slice(item * size, (item + 1) * size));
    });
  });

  it.each(kernelSetsOf(runtime))(
    `has the last states and gradients of ${golden.source} ($name kernels)`,
    async (kernels) => {
      const [{ inputs, upstream, output, grads }] = golden.cases as [GoldenCase];
      const leaves = [x, ...paramsOf(both).map(({ value }) => value)];
      const names = ["x", ...paramsOf(both).map(({ name }) => name)];
      const pulled = gradients(outputs.both.last, leaves, input("upstream", ["batch", 2 * WIDTH]));
      const named = Object.fromEntries(names.map((name, index) => [`d:${name}`, pulled[index]!]));
      const graph = { last: outputs.both.last, ...named };
      const actual = await runIn(runtime, kernels, graph, { ...inputs, upstream });
      const tolerance = { relative: 1e-5, absolute: 1e-5 };
      expectClose(actual["last"]!, output.data, tolerance);
      for (const name of names) expectClose(actual[`d:${name}`]!, grads[name]!.data, tolerance, name);
    },
  );
});
