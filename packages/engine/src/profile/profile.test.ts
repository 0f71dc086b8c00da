// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { encodeModel } from "../onnx/model-proto.ts";
import { profileOf } from "./profile.ts";
import type { KernelEvent, TracedRun } from "./trace.ts";
import { readRuntimeTrace } from "./trace.ts";

const VECTOR = { shape: [2], dtype: "float32" } as const;

/** A model of unary nodes in a row, each at its own place. */
function chain(...scopes: readonly string[]): Uint8Array {
  return chainOf(scopes.map((scope, index) => [scope, `Exp_${index}`]));
}

function chainOf(places: readonly (readonly [scope: string, output: string])[]): Uint8Array {
  const nodes = places.map(([scope, output], index) => ({
    type: "Exp",
    domain: "",
    inputs: [places[index - 1]?.[1] ?? "x"],
    outputs: [output],
    attributes: {},
    scope,
  }));
  const last = places.at(-1)![1];
  return encodeModel({
    name: "chain",
    nodes,
    initializers: [],
    inputs: { x: VECTOR },
    outputs: { [last]: VECTOR },
  });
}

const kernel = (name: string, us: number, operator = "Exp"): KernelEvent => ({ name, operator, us });
const run = (us: number, ...kernels: readonly KernelEvent[]): TracedRun => ({ us, kernels });

describe("profileOf", () => {
  it("gives means over the runs behind the warm-ups", () => {
    const model = chain("a");
    const runs = [90_000, 1_000, 3_000].map((us) => run(us + 500, kernel("a/Exp_0", us)));
    expect(profileOf([{ model, runs }], { numWarmups: 1, numRuns: 2 })).toEqual({
      numRuns: 2,
      runMs: 2.5,
      kernels: [{ phase: "forward", scope: "a", operator: "Exp", count: 1, ms: 2 }],
    });
  });

  it("tells apart phases, places and operators, and adds up what shares all three", () => {
    const model = chain("forward:a", "forward:a", "backward:a", "update:");
    const kernels = [
      kernel("forward:a/Exp_0", 1_000),
      kernel("forward:a/Exp_1", 2_000),
      kernel("backward:a/Exp_2", 4_000),
      kernel("update:/Exp_3", 8_000),
    ];
    const { kernels: profiled } = profileOf([{ model, runs: [run(15_000, ...kernels)] }], {
      numWarmups: 0,
      numRuns: 1,
    });
    expect(profiled).toEqual([
      { phase: "update", scope: "", operator: "Exp", count: 1, ms: 8 },
      { phase: "backward", scope: "a", operator: "Exp", count: 1, ms: 4 },
      { phase: "forward", scope: "a", operator: "Exp", count: 2, ms: 3 },
    ]);
  });

  it.each([
    ["a node with something appended", "first.linear/Exp_1_new_reshape", "first.linear"],
    ["a node with a slash appended", "first.linear/Exp_1/Fusion", "first.linear"],
    ["a fused node, named after its output", "Exp_1_nchwc", "first.linear"],
    ["a node whose number starts with that of another", "second/Exp_10", "second"],
    ["a node that ONNX Runtime adds", "ReorderOutput_token_49", ""],
    ["a node that ONNX Runtime adds, whose number starts with that of another", "Exp_12_token", ""],
  ])("finds the place of %s", (_what, name, scope) => {
    const scopes = Array.from({ length: 11 }, (_, index) => (index === 1 ? "first.linear" : "second"));
    const { kernels } = profileOf([{ model: chain(...scopes), runs: [run(9, kernel(name, 5))] }], {
      numWarmups: 0,
      numRuns: 1,
    });
    expect(kernels.map((entry) => entry.scope)).toEqual([scope]);
  });

  it("tells a layer from an output of its name", () => {
    const model = chainOf([
      ["stem", "features"],
      ["features", "Exp_1"],
    ]);
    const runs = [run(9, kernel("features/Exp_1_nchwc", 5))];
    const { kernels } = profileOf([{ model, runs }], { numWarmups: 0, numRuns: 1 });
    expect(kernels.map((entry) => entry.scope)).toEqual(["features"]);
  });

  it("adds up sessions that share a run, however often each takes part", () => {
    const micro = { model: chain("a"), runs: [9, 9, 1, 2].map((us) => run(us, kernel("a/Exp_0", us))) };
    const last = { model: chain("a"), runs: [9, 4].map((us) => run(us, kernel("a/Exp_0", us))) };
    const { kernels, runMs } = profileOf([micro, last], { numWarmups: 1, numRuns: 1 });
    expect(runMs).toBeCloseTo(0.007, 12);
    expect(kernels.map(({ count }) => count)).toEqual([3]);
  });

  it("refuses a session whose runs are not equally many in each run", () => {
    const runs = [run(1), run(1), run(1)];
    expect(() => profileOf([{ model: chain("a"), runs }], { numWarmups: 1, numRuns: 1 })).toThrow(
      /expected a multiple of 2 session runs, got 3/,
    );
  });
});

describe("readRuntimeTrace", () => {
  const event = (cat: string, name: string, [ts, dur]: readonly [number, number], op_name = ""): object => {
    return { cat, name, ts, dur, args: { op_name } };
  };

  it("gives each kernel to the run during which it started", () => {
    const events = [
      event("Session", "session_initialization", [0, 5]),
      event("Node", "a/Exp_0_kernel_time", [11, 3], "Exp"),
      event("Node", "a/Exp_0_fence_before", [11, 3], "Exp"),
      event("Session", "model_run", [10, 6]),
      event("Node", "a/Exp_0_kernel_time", [21, 2], "Exp"),
      event("Session", "model_run", [20, 4]),
    ];
    expect(readRuntimeTrace(JSON.stringify(events), "file")).toEqual([
      run(6, kernel("a/Exp_0", 3)),
      run(4, kernel("a/Exp_0", 2)),
    ]);
  });

  it.each(["", '[{"cat":"Node"', "{}"])("refuses %j", (text) => {
    expect(() => readRuntimeTrace(text, "session-0.json")).toThrow(
      /session-0.json: expected a profile of ONNX Runtime/,
    );
  });
});
