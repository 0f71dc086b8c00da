// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Tensor } from "../graph/index.ts";
import { gradients } from "../autodiff/gradient.ts";
import { constant, input, topologicalOrder } from "../graph/index.ts";
import { add, avgPool2d, batchNorm, concat, conv2d, mul, relu, reshape, sum, tanh } from "../ops/index.ts";
import { opCasesList } from "../ops/index.cases.ts";
import { rngFrom } from "../random/index.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import type { Feeds } from "../testing/interpreter.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import { formatChanges } from "./changes.ts";
import { rewriteGraph } from "./rewrite-graph.ts";

const SIDE = 4;
const x = input("x", ["batch", 4, SIDE, SIDE]);
const weight = (name: string, shape: readonly number[] = [4, 1, 1, 4]): Tensor => input(name, shape);
const norm = (map: Tensor, scale: Tensor | null = null, bias: Tensor | null = null): Tensor =>
  batchNorm(map, scale, bias, constant([0, 0, 0, 0]), constant([1, 1, 1, 1]), { training: true }).y;
const separable = (map: Tensor, name: string, size = 3): Tensor => {
  const depthwise = conv2d(map, weight(`${name}.depthwise`, [4, size, size, 1]), null, {
    padding: 1,
    groups: 4,
  });
  return norm(conv2d(depthwise, weight(`${name}.pointwise`), null));
};
const scaled = (map: Tensor, name: string): Tensor => mul(map, input(name, [1, 1]));

/** Graphs, and the operators that are left of some kinds. */
const GRAPHS: readonly {
  readonly name: string;
  readonly outputs: readonly Tensor[];
  readonly left: Readonly<Record<string, number>>;
}[] = [
  {
    name: "convolutions of one map, with what follows each",
    outputs: ["a", "b", "c"].map((name) => relu(norm(conv2d(x, weight(name), weight(`${name}.bias`, [4]))))),
    left: { Conv2d: 1, NormalizeBatch: 1, Relu: 1 },
  },
  {
    name: "chains of separable convolutions",
    outputs: ["a", "b"].map((name) => separable(relu(separable(x, name)), `${name}.second`)),
    left: { Conv2d: 4, NormalizeBatch: 2, Relu: 1 },
  },
  {
    name: "weighted sums of several primitives",
    outputs: ["a", "b", "c"].map((name) =>
      [
        scaled(separable(x, name), `${name}.w1`),
        scaled(norm(conv2d(x, weight(name), null)), `${name}.w2`),
        scaled(norm(avgPool2d(x, { kernelSize: 3, stride: 1, padding: 1 })), `${name}.w3`),
        scaled(x, `${name}.w4`),
      ].reduce((total, part) => add(total, part)),
    ),
    // Products: one for the pooled map, one for the map itself, and those of weights with their factors.
    left: { Conv2d: 3, NormalizeBatch: 3, AvgPool2d: 1, Add: 3, Mul: 11 },
  },
  {
    name: "norms of one map with weights and biases of their own",
    outputs: ["a", "b"].map((name) => norm(x, weight(`${name}.w`, [4]), weight(`${name}.b`, [4]))),
    left: { NormalizeBatch: 1, Mul: 1, Add: 1 },
  },
  {
    name: "a factor on norms that have a weight and a bias",
    outputs: ["a", "b"].map((name) =>
      scaled(
        norm(conv2d(x, weight(name), null), weight(`${name}.w`, [4]), weight(`${name}.b`, [4])),
        `${name}.f`,
      ),
    ),
    left: { NormalizeBatch: 1, Mul: 4 },
  },
  {
    name: "pointwise convolutions with biases, and factors on them",
    outputs: ["a", "b"].map((name) =>
      scaled(
        conv2d(conv2d(x, weight(name), null), weight(`${name}.next`), weight(`${name}.bias`, [4])),
        `${name}.f`,
      ),
    ),
    left: { Conv2d: 2, Mul: 1 },
  },
  {
    name: "what is computed twice",
    outputs: [tanh(mul(x, 2)), add(tanh(mul(x, 2)), 1)],
    left: { Mul: 1, Tanh: 1 },
  },
  {
    name: "siblings of which only some go on alike",
    outputs: ["a", "b", "c"].map((name, index) => {
      const y = conv2d(x, weight(name), null);
      return index === 1 ? tanh(y) : relu(y);
    }),
    left: { Conv2d: 1, Relu: 2, Tanh: 1 },
  },
  {
    name: "two applications on each part",
    outputs: ["a", "b"].flatMap((name) => {
      const y = conv2d(x, weight(name), null);
      return [conv2d(y, weight(`${name}.first`), null), conv2d(y, weight(`${name}.second`), null)];
    }),
    left: { Conv2d: 3 },
  },
  {
    name: "windows that stand apart: other sizes, 3x3 on parts",
    outputs: [
      conv2d(x, weight("plain"), null),
      conv2d(x, weight("wide", [4, 3, 3, 4]), null, { padding: 1 }),
      ...["a", "b"].map((name) => {
        const y = conv2d(x, weight(name, [4, 1, 1, 4]), null, { stride: 2 });
        return conv2d(y, weight(`${name}.wide`, [4, 3, 3, 4]), null, { padding: 1 });
      }),
    ],
    left: { Conv2d: 5 },
  },
  {
    name: "a factor that comes from the map it scales",
    outputs: [scaledByItsVariance()],
    left: { NormalizeBatch: 1, Mul: 1 },
  },
  {
    name: "a map with another reader",
    outputs: readTwice(norm(x)),
    left: { NormalizeBatch: 1, Mul: 1 },
  },
];

function scaledByItsVariance(): Tensor {
  const running = [constant([0, 0, 0, 0]), constant([1, 1, 1, 1])] as const;
  const { y, variance } = batchNorm(x, weight("scale", [4]), null, ...running, { training: true });
  return mul(y, reshape(sum(variance), [1, 1]));
}

function readTwice(y: Tensor): readonly Tensor[] {
  return [scaled(y, "w"), y];
}

function feedsOf(outputs: readonly Tensor[]): Feeds {
  const leaves = topologicalOrder(outputs).flatMap((node) => (node.kind === "op" ? node.inputs : []));
  const inputs = leaves.flatMap(({ node, shape }) =>
    node.kind === "input" ? [{ name: node.name, shape }] : [],
  );
  return Object.fromEntries(
    inputs.map(({ name, shape }) => {
      const sizes = shape.map((dim) => (typeof dim === "number" ? dim : 3));
      const values = rngFrom(11)
        .fold(name)
        .normal(sizes.reduce((size, dim) => size * dim, 1));
      return [name, float64Tensor(sizes, values)];
    }),
  );
}

describe("rewriteGraph", () => {
  it.each(GRAPHS)("computes the same values and gradients: $name", ({ outputs }) => {
    const feeds = feedsOf(outputs);
    const inputs = leavesOf(outputs);
    const everything = (of: readonly Tensor[]): readonly Tensor[] => {
      // Each output with a weight of its own, so that no two gradients are alike.
      const parts = of.map((output, index) => sum(mul(tanh(output), index + 1)));
      const loss = parts.reduce((total, part) => add(total, part));
      return [...of, ...gradients(loss, inputs)];
    };
    const expected = evaluate(everything(outputs), feeds, opCasesList);
    const actual = evaluate(everything(rewriteGraph(outputs).outputs), feeds, opCasesList);
    for (const [index, { shape, data }] of actual.entries()) {
      expect(shape).toEqual(expected[index]!.shape);
      expectClose(data, expected[index]!.data, { relative: 1e-9, absolute: 1e-9 });
    }
  });

  it.each(GRAPHS)("leaves fewer operators: $name", ({ outputs, left }) => {
    const count = (name: string): number =>
      topologicalOrder(rewriteGraph(outputs).outputs).filter(
        (node) => node.kind === "op" && node.name === name,
      ).length;
    for (const [name, number] of Object.entries(left)) expect([name, count(name)]).toEqual([name, number]);
  });

  it("leaves a graph without siblings as it is", () => {
    const y = norm(conv2d(relu(conv2d(x, weight("a"), null)), weight("b"), null));
    const { outputs, changes } = rewriteGraph([y]);
    expect(outputs[0]).toBe(y);
    expect(changes).toEqual([]);
  });

  it("tells statistics of siblings apart", () => {
    const statistics = ["a", "b"].map((name) => {
      const { mean, variance } = batchNorm(
        conv2d(x, weight(name), null),
        ...([null, null, constant([0, 0, 0, 0]), constant([1, 1, 1, 1])] as const),
        { training: true },
      );
      return concat([mean, variance], { axis: 0 });
    });
    const feeds = feedsOf(statistics);
    const expected = evaluate(statistics, feeds, opCasesList);
    const actual = evaluate(rewriteGraph(statistics).outputs, feeds, opCasesList);
    actual.forEach(({ data }, index) => {
      expectClose(data, expected[index]!.data, { relative: 1e-12, absolute: 1e-12 });
    });
  });

  it("says what it changed", () => {
    const outputs = ["a", "b"].map((name) => scaled(norm(conv2d(x, weight(name), null)), `${name}.w`));
    const { changes } = rewriteGraph(outputs);
    expect(formatChanges(changes)).toBe("Mul 2 → 0, Conv2d 2 → 1, NormalizeBatch 2 → 1");
    expect(formatChanges([])).toBe("nothing");
  });
});

function leavesOf(outputs: readonly Tensor[]): readonly Tensor[] {
  const read = topologicalOrder(outputs).flatMap((node) => (node.kind === "op" ? node.inputs : []));
  return [...new Map(read.map((tensor) => [tensor.node, tensor])).values()].filter(
    ({ node }) => node.kind === "input",
  );
}
