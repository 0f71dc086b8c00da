// SPDX-License-Identifier: Apache-2.0
import type { Layer, Tensor } from "@semlink/engine";
import { mul, slice } from "@semlink/engine";
import type { EdgeInput, Primitive } from "./primitive.ts";
import { FREE } from "./primitive.ts";

/** No edge: `y = 0`. A mixed op leaves it out of the sum; its share of the softmax is what it takes away. */
export const none: Primitive = {
  name: "none",
  isNone: true,
  create: ({ stride }): Layer<[input: EdgeInput]> => ({
    forward: (_build, { raw }) => mul(strided(raw, stride), 0),
  }),
  cost: () => FREE,
};

function strided(x: Tensor, step: number): Tensor {
  if (step === 1) return x;
  const [height, width] = x.shape.slice(2) as [number, number];
  return slice(slice(x, { axis: 2, start: 0, end: height, step }), { axis: 3, start: 0, end: width, step });
}
