// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Siblings, Tensor } from "../graph/index.ts";
import { input } from "../graph/index.ts";
import { concat, mul, split } from "../ops/index.ts";
import { opCasesList } from "../ops/index.cases.ts";
import { rngFrom } from "../random/index.ts";
import { drawInputs } from "../testing/applied-sample.ts";
import type { Feeds } from "../testing/interpreter.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import type { AnyOpCases, OpSample } from "../testing/op-cases.ts";

const NUM_SIBLINGS = 3;
const NAMES = Array.from({ length: NUM_SIBLINGS }, (_, index) => `sibling${index}`);

/** Inputs of a sample, drawn anew under each name. */
function drawn(sample: OpSample<object>, name: string, feeds: Record<string, Feeds[string]>): Tensor[] {
  return drawInputs(sample, rngFrom(3).fold(name)).map((value, index) => {
    feeds[`${name}.${index}`] = value;
    return input(`${name}.${index}`, value.shape);
  });
}

const channelAxis = ({ shape }: Tensor): number => (shape.length === 1 ? 0 : 1);

function expectSame(actual: readonly Tensor[], expected: readonly Tensor[], feeds: Feeds): void {
  const values = evaluate(expected, feeds, opCasesList);
  for (const [index, { shape, data }] of evaluate(actual, feeds, opCasesList).entries()) {
    expect(shape).toEqual(values[index]!.shape);
    expectClose(data, values[index]!.data, { relative: 1e-9, absolute: 1e-9 });
  }
}

/** Whether siblings were joined; checks that each has in its lane what it computes by itself. */
function joins({ op }: AnyOpCases, sample: OpSample<object>, reads: Siblings["reads"]): boolean {
  const { numMaps, apply } = op.join!;
  const feeds: Record<string, Feeds[string]> = {};
  const all = NAMES.map((name) => drawn(sample, name, feeds));
  const inputs =
    reads === "same maps" ? all.map((own) => [...all[0]!.slice(0, numMaps), ...own.slice(numMaps)]) : all;
  const maps = inputs[0]!.slice(0, numMaps);
  if (maps.some(({ shape }) => shape.length === 0)) return false;
  const side = (position: number): Tensor =>
    concat(
      inputs.map((own) => own[position]!),
      { axis: channelAxis(maps[position]!) },
    );
  const joined = apply(
    {
      maps: reads === "same maps" ? maps : maps.map((_, position) => side(position)),
      reads,
      repeated: () => side(0),
      params: inputs.map((own) => own.slice(numMaps)),
    },
    sample.attrs as never,
  );
  if (joined === null) return false;
  const lanes = joined.map((whole) => split(whole, { axis: channelAxis(whole), sizes: NUM_SIBLINGS }));
  for (const [index, own] of inputs.entries()) {
    expectSame(
      lanes.map((parts) => parts[index]!),
      op.apply(own, sample.attrs as never),
      feeds,
    );
  }
  return true;
}

describe.each(opCasesList.filter(({ op }) => op.join).map((cases) => [cases.op.name, cases] as const))(
  "siblings of %s",
  (_name, cases) => {
    it("compute side by side what each computes alone", () => {
      const joined = cases.samples.flatMap((sample: OpSample<object>) =>
        (["same maps", "own channels"] as const).filter((reads) => joins(cases, sample, reads)),
      );
      const hasParams = cases.samples.some(({ shapes }) => shapes.length > cases.op.join!.numMaps);
      expect(new Set(joined)).toEqual(new Set(hasParams ? ["same maps", "own channels"] : ["own channels"]));
    });
  },
);

describe.each(
  opCasesList.filter(({ op }) => op.scaledInputs).map((cases) => [cases.op.name, cases] as const),
)("scaled inputs of %s", (_name, { op, samples }) => {
  it.each(samples.map((sample: OpSample<object>) => [sample.name, sample] as const))(
    "multiply the first output and nothing else: %s",
    (_sample, sample) => {
      const feeds: Record<string, Feeds[string]> = {};
      const inputs = drawn(sample, "x", feeds);
      const factor = input("factor", [1]);
      feeds["factor"] = { shape: [1], data: Float64Array.of(-1.5) };
      const [y, ...others] = op.apply(inputs, sample.attrs as never);
      const scaled = op.apply(op.scaledInputs!(inputs, factor), sample.attrs as never);
      expectSame(scaled, [mul(y!, factor), ...others], feeds);
    },
  );
});
