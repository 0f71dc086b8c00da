// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { Build, input, relu, reshape, rngFrom, softmax, split } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import { knownPrimitives } from "../../cells/primitive-sets.ts";
import { SEARCH_NORM } from "../../cells/primitives/primitive.ts";
import type { OpenGraph } from "../../open-graph.fixture.ts";
import { drawnWeights, openGraph } from "../../open-graph.fixture.ts";
import { MixedOp } from "./search-cell.ts";

const CHANNELS = 4;
const SIDE = 8;
// Far enough apart that the other shares are exactly zero in float32.
const CERTAIN = 200;

/** Output of a mixed op and of each primitive with the same weights, in training as the search runs them. */
async function openMixedOp(primitives: PrimitiveSet, stride: 1 | 2): Promise<OpenGraph<string>> {
  const mixedOp = new MixedOp(primitives, { channels: CHANNELS, stride, norm: SEARCH_NORM });
  const root = { mixedOp };
  const weights = drawnWeights(root, 1);
  const build = new Build(root, { training: true });
  const raw = input("x", ["batch", CHANNELS, SIDE, SIDE]);
  const edge = { raw, rectified: relu(raw) };
  const shares = softmax(reshape(input("alpha", [primitives.length]), [1, primitives.length]), { axis: 1 });
  const mixed = build.apply(mixedOp, edge, split(shares, { axis: 1, sizes: primitives.length }));
  const alone = primitives.map((primitive): [string, Tensor] => {
    const layer =
      mixedOp.primitives[primitive.name] ??
      primitive.create({ channels: CHANNELS, stride, norm: SEARCH_NORM });
    return [primitive.name, build.apply(layer, edge)];
  });
  return openGraph<string>({ mixed, ...Object.fromEntries(alone) }, weights);
}

describe.each([1, 2] as const)("mixed op with stride %i", (stride) => {
  const x = rngFrom(3).normal(2 * CHANNELS * SIDE * SIDE);

  it("equals a primitive when alpha is certain of it", async () => {
    const { run } = await openMixedOp(knownPrimitives, stride);
    for (const [column, { name }] of knownPrimitives.entries()) {
      const alpha = new Float32Array(knownPrimitives.length);
      alpha[column] = CERTAIN;
      const outputs = await run({ x, alpha });
      expectClose(outputs["mixed"]!, outputs[name]!, { relative: 1e-6, absolute: 1e-6 });
    }
  });

  it("is the mean of the primitives when alpha is uniform", async () => {
    const { run } = await openMixedOp(knownPrimitives, stride);
    const outputs = await run({ x, alpha: new Float32Array(knownPrimitives.length) });
    const mean = outputs["mixed"]!.map(
      (_, i) =>
        knownPrimitives.reduce((sum, { name }) => sum + outputs[name]![i]!, 0) / knownPrimitives.length,
    );
    expectClose(outputs["mixed"]!, mean, { relative: 1e-4, absolute: 1e-5 });
    expect(Math.max(...mean)).toBeGreaterThan(0.1);
  });
});
