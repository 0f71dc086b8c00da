// SPDX-License-Identifier: Apache-2.0
import { describe, it } from "vitest";
import { drawn, expectAgreement } from "../agreement.fixture.ts";
import type { FileAttribute, FileParts } from "../onnx-file.fixture.ts";

type Attributes = Readonly<Record<string, FileAttribute>>;

const image = { x: { shape: ["batch", 4, 7, 8] } };
const matrix = { x: { shape: ["batch", 6] } };

/** One node on `x` and stored tensors. */
function one(
  type: string,
  inputs: FileParts["inputs"],
  stored: FileParts["stored"] = {},
  attributes: Attributes = {},
  opset = 17,
): FileParts {
  const nodes = [{ type, inputs: ["x", ...Object.keys(stored)], attributes }];
  return { nodes, inputs: inputs!, stored, opset };
}

describe("an imported pointwise operator agrees with ONNX Runtime", () => {
  const unary = (type: string, attributes: Attributes = {}, opset = 17): [string, FileParts] => [
    `${type} ${JSON.stringify(attributes)}`,
    one(type, matrix, {}, attributes, opset),
  ];
  const binary = (type: string, ...shape: number[]): [string, FileParts] => [
    `${type} with [${shape.join(", ")}]`,
    one(type, matrix, { b: drawn("b", ...shape) }),
  ];
  // Of |x| + 0.3, where roots and logarithms are real.
  const positive = (type: string, stored: FileParts["stored"] = {}): [string, FileParts] => [
    `${type} of positive values ${Object.values(stored)
      .map(({ data }) => data.join())
      .join()}`,
    {
      inputs: matrix,
      stored: { offset: { shape: [], data: [0.3] }, ...stored },
      nodes: [
        { type: "Abs", inputs: ["x"], outputs: ["magnitude"] },
        { type: "Add", inputs: ["magnitude", "offset"], outputs: ["positive"] },
        { type, inputs: ["positive", ...Object.keys(stored)] },
      ],
    },
  ];
  // Comparisons give booleans, which a Where turns to numbers.
  const comparison = (type: string): [string, FileParts] => [
    type,
    {
      inputs: matrix,
      stored: { b: drawn("b", 6), yes: { shape: [1], data: [2] }, no: drawn("no", 6) },
      nodes: [
        { type, inputs: ["x", "b"], outputs: ["holds"] },
        { type: "Not", inputs: ["holds"], outputs: ["fails"] },
        { type: "Where", inputs: ["fails", "no", "yes"] },
      ],
    },
  ];
  const exponent = (value: number): FileParts["stored"] => ({ exponent: { shape: [], data: [value] } });
  const bounds = { min: { shape: [], data: [-0.5] }, max: { shape: [], data: [0.7] } };
  it.each<[string, FileParts]>([
    ...["Add", "Sub", "Mul", "Div", "Min", "Max"].flatMap((type) => [binary(type, 6), binary(type, 3, 1, 1)]),
    ...["Abs", "Neg", "Exp", "Sin", "Cos", "Tanh", "Erf", "Sigmoid", "Softplus", "Relu"].map((type) =>
      unary(type),
    ),
    ...["LeakyRelu", "Elu", "HardSigmoid", "HardSwish", "Identity", "Dropout"].map((type) => unary(type)),
    unary("LeakyRelu", { alpha: { float: 0.3 } }),
    unary("Elu", { alpha: { float: 0.7 } }),
    unary("HardSigmoid", { alpha: { float: 0.4 }, beta: { float: 0.3 } }),
    unary("Gelu", {}, 20),
    unary("Gelu", { approximate: "tanh" }, 20),
    unary("Clip", { min: { float: -0.5 } }, 6),
    ...["Selu", "Softsign", "Sign"].map((type) => unary(type)),
    unary("Selu", { alpha: { float: 1.5 }, gamma: { float: 2 } }),
    unary("Celu", { alpha: { float: 0.5 } }),
    unary("ThresholdedRelu", { alpha: { float: 0.3 } }),
    unary("Mish", {}, 18),
    unary("Swish", { alpha: { float: 0.5 } }, 24),
    [
      "com.microsoft.QuickGelu",
      { inputs: matrix, nodes: [{ type: "QuickGelu", inputs: ["x"], domain: "com.microsoft" }] },
    ],
    ["Mean of three", { ...one("Mean", matrix, { b: drawn("b", 6), c: drawn("c", 1) }) }],
    ...["And", "Or"].map((type): [string, FileParts] => [
      type,
      {
        inputs: matrix,
        stored: { b: drawn("b", 6) },
        nodes: [
          { type: "Neg", inputs: ["x"], outputs: ["mirrored"] },
          { type: "Greater", inputs: ["x", "b"], outputs: ["above"] },
          { type: "Less", inputs: ["b", "mirrored"], outputs: ["below"] },
          { type, inputs: ["above", "below"], outputs: ["holds"] },
          { type: "Cast", inputs: ["holds"], attributes: { to: 1 } },
        ],
      },
    ]),
    ["PRelu", one("PRelu", image, { slope: drawn("slope", 4, 1, 1) })],
    ["Clip on both sides", one("Clip", matrix, bounds)],
    ["Clip above", { ...one("Clip", matrix, bounds), nodes: [{ type: "Clip", inputs: ["x", "", "max"] }] }],
    [
      "com.microsoft.Gelu",
      { inputs: matrix, nodes: [{ type: "Gelu", inputs: ["x"], domain: "com.microsoft" }] },
    ],
    positive("Sqrt"),
    positive("Log"),
    positive("ReduceLogSum"),
    positive("Reciprocal"),
    positive("Pow", exponent(0.5)),
    positive("Pow", exponent(-1.5)),
    ["Pow with exponent 2", one("Pow", matrix, exponent(2))],
    ["Pow with exponent 3 as a vector", one("Pow", matrix, { exponent: { shape: [1], data: [3] } })],
    ["Sum of three", { ...one("Sum", matrix, { b: drawn("b", 6), c: drawn("c", 1) }) }],
    ["Max of three", { ...one("Max", matrix, { b: drawn("b", 6), c: drawn("c", 1) }) }],
    ...["Greater", "Less", "Equal", "GreaterOrEqual", "LessOrEqual"].map(comparison),
    [
      "Cast to integers and back",
      {
        inputs: matrix,
        nodes: [
          { type: "Cast", inputs: ["x"], outputs: ["whole"], attributes: { to: 7 } },
          { type: "Cast", inputs: ["whole"], attributes: { to: 1 } },
        ],
      },
    ],
  ])("%s", (_name, parts) => expectAgreement(parts));
});
