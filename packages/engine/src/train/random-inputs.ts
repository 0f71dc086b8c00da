// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { DimBinding } from "../graph/dim.ts";
import { bindShape, isStatic } from "../graph/dim.ts";
import type { RandomKind, Tensor } from "../graph/tensor.ts";
import { leafTypes, topologicalOrder } from "../graph/topology.ts";
import type { Rng } from "../random/index.ts";
import type { NamedTensors } from "../runtime/runtime.ts";
import { floatTensor } from "./step-graph.ts";

/** The random inputs of a graph, which the training loop fills. */
export class RandomInputs {
  private readonly inputs: readonly {
    readonly name: string;
    readonly kind: RandomKind;
    readonly shape: readonly (number | string)[];
  }[];

  constructor(outputs: Readonly<Record<string, Tensor>>, binding: DimBinding = {}) {
    const order = topologicalOrder(Object.values(outputs));
    this.inputs = [...leafTypes(order, Object.values(outputs))].flatMap(([node, { shape }]) =>
      node.kind === "input" && node.random
        ? [{ name: node.name, kind: node.random, shape: bindShape(shape, binding) }]
        : [],
    );
  }

  /**
   * Values drawn from `rng.fold(name)` by the address.
   *
   * @throws SemlinkError `unbound-size` when an input has an unknown size
   */
  draw(rng: Rng, address: readonly number[]): NamedTensors {
    return Object.fromEntries(
      this.inputs.map(({ name, kind, shape }) => {
        if (!isStatic(shape)) throw unboundRandom(name);
        const size = shape.reduce((product, dim) => product * dim, 1);
        const stream = address.reduce((outer, part) => outer.fold(part), rng.fold(name));
        return [name, floatTensor(shape, kind === "normal" ? stream.normal(size) : stream.uniform(size))];
      }),
    );
  }
}

function unboundRandom(name: string): SemlinkError {
  return new SemlinkError({
    code: "unbound-size",
    where: `random input "${name}"`,
    expected: "sizes known before the run",
    actual: "a symbolic size",
    hint: "give the trainer a binding, such as { batch: 64 }",
  });
}
