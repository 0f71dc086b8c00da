// SPDX-License-Identifier: Apache-2.0
import {
  currentScope,
  formatShape,
  hintFor,
  placeOf,
  SemlinkError,
  ShapeError,
  within,
} from "@semlink/engine";
import type { Build, Layer, Param, Tensor } from "@semlink/engine";
import { readModelGraph } from "./model-graph.ts";
import type { ForeignBranch, ForeignInput, ForeignNode, ModelGraph } from "./model-graph.ts";
import { NodeCall } from "./node-call.ts";
import { checkImportable, importNode } from "./operators/index.ts";
import { withFoldedQuantization } from "./operators/quantization.ts";
import { foreignParameters } from "./parameters.ts";
import type { ForeignParameters, TrainableChoice } from "./parameters.ts";
import type { ForeignValue } from "./values.ts";

/** How a {@link ForeignModel} is read. */
export interface ForeignModelOptions {
  /** Name of the file, for messages; "model" if left out. */
  readonly where?: string;
  /** Names of the values to give, outputs or not; the outputs of the file if left out. */
  readonly outputs?: readonly string[];
  /** Which parameters are trained, none if left out; see {@link TrainableChoice}. */
  readonly trainable?: TrainableChoice;
}

/**
 * An ONNX model of any origin as a layer: inputs by name in, outputs or other values by name out.
 *
 * Its stored float tensors are parameters, named as in the file: below the path of the layer, `conv1.weight` is the
 * parameter `conv1.weight`. They start with the values of the file, and the weights of convolutions lie as
 * [out, height, width, in]; export gives them back as ONNX has them. Normalisation uses the running statistics, in
 * training too. Halves and doubles are computed in float32.
 *
 * Weights may also lie in Constant nodes, in the branches of an If, and as quantised integers behind a
 * DequantizeLinear, whose output is the parameter then. The branch of an If is taken when the graph is built.
 *
 * @differs from ONNX Runtime in refusing what has no gradient in the engine: loops, branches that values decide and
 * sizes that are made of values; QuantizeLinear hands gradients on as if it did not round
 */
export class ForeignModel implements Layer<
  [inputs: Readonly<Record<string, Tensor>>],
  Readonly<Record<string, Tensor>>
> {
  readonly #graph: ModelGraph;
  readonly #parameters: ForeignParameters;

  /**
   * @param bytes - an ONNX file
   * @throws SemlinkError `corrupt-file`, `unsupported-tensor`, `unknown-value`, `unsupported-operator` naming the node
   * and the nearest operator there is, `operator-set` when the file's operator set gives it another meaning,
   * `shared-statistic` when a tensor cannot be trained and kept at once, `reserved-name` when a tensor is named like a
   * method of this class
   */
  constructor(bytes: Uint8Array, { where = "model", outputs, trainable = false }: ForeignModelOptions = {}) {
    const graph = readModelGraph(bytes, where, outputs);
    checkImportable(graph.nodes, where);
    this.#graph = withFoldedQuantization(graph);
    this.#parameters = foreignParameters(this.#graph, trainable);
    // Own properties, since the path of a parameter is its name.
    for (const [name, { param }] of this.#parameters.byName) {
      if (name in ForeignModel.prototype) throw reservedName(where, name);
      Object.defineProperty(this, name, { value: param, enumerable: true });
    }
  }

  /** What `forward` is given. */
  get inputs(): readonly ForeignInput[] {
    return this.#graph.inputs;
  }

  /** Names of what `forward` gives. */
  get outputNames(): readonly string[] {
    return this.#graph.outputs;
  }

  /** Values of the file by the name of the parameter: its path where it has one, as checkpoints and exports want it. */
  get weights(): Map<string, Float32Array> {
    return new Map(
      Array.from(this.#parameters.byName, ([name, { param, values }]) => [
        param.isNamed ? param.name : name,
        values,
      ]),
    );
  }

  /**
   * The parameter that holds a stored tensor.
   *
   * @throws SemlinkError `unknown-value`
   */
  parameter(name: string): Param {
    const value = this.#parameters.byName.get(name);
    if (value !== undefined) return value.param;
    throw new SemlinkError({
      code: "unknown-value",
      where: this.#graph.where,
      expected: "the name of a parameter",
      actual: `"${name}"`,
      hint: hintFor(name, [...this.#parameters.byName.keys()]),
    });
  }

  /**
   * Builds the model's graph on the given inputs, whose sizes may be symbols where the file leaves them open.
   *
   * @throws SemlinkError `missing-input`, `computed-value`, `symbolic-size`, `unsupported-attribute`,
   * `unsupported-output`, each naming the node; `unsupported-operator` and `operator-set` in the branch of an If
   * @throws ShapeError `input-shape`, `dtype`, and what the operators throw
   */
  forward(_build: Build, inputs: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> {
    const { nodes, outputs, stored, opset, where } = this.#graph;
    const sources = this.inputs.map((declared) => checkedInput(declared, inputs[declared.name], where));
    const values = new Map<string, ForeignValue>(stored);
    for (const [name, value] of this.#parameters.byStoredName) values.set(name, value);
    this.inputs.forEach(({ name }, index) => values.set(name, { kind: "computed", tensor: sources[index]! }));
    const callOf = (node: ForeignNode): NodeCall => {
      const given = node.inputs.map((name, index) =>
        name === "" ? null : valueOf(values, name, this.#statistic(node, index)),
      );
      return new NodeCall(node, given, { opset, sources });
    };
    const scope = currentScope();
    const build = (node: ForeignNode): void => {
      const made = within(scope === "" ? node.name : `${scope}.${node.name}`, () => {
        const call = callOf(node);
        if (node.type !== "If") return importNode(call);
        const branch = takenBranch(call);
        checkImportable(branch.nodes, where);
        branch.nodes.forEach(build);
        return branch.outputs.map((name) => valueOf(values, name));
      });
      made.forEach((value, index) => values.set(node.outputs[index] ?? "", value));
    };
    nodes.forEach(build);
    return Object.fromEntries(outputs.map((name) => [name, callOf(outputNode(name)).tensor(0)]));
  }

  /** The parameter of an input that is a running statistic by itself, where the file shares it with a weight. */
  #statistic(node: ForeignNode, index: number): ForeignValue | undefined {
    const shared = this.#parameters.statistics.get(node.inputs[index]!);
    return shared !== undefined && this.#parameters.isStatistic(node, index) ? shared : undefined;
  }
}

/**
 * The branch that an If takes.
 *
 * @throws SemlinkError `computed-value` when that is only known as the graph runs
 */
function takenBranch(call: NodeCall): ForeignBranch {
  const { branches } = call.node;
  if (call.values[0]?.kind === "computed" || branches.length !== 2) {
    throw call.refusal(
      "computed-value",
      "two branches, and a condition that is a constant or follows from shapes",
      branches.length === 2 ? "a computed condition" : `${branches.length} branches`,
      "export the model without data-dependent branches",
    );
  }
  return branches[call.number(0) === 0 ? 1 : 0]!;
}

function outputNode(name: string): ForeignNode {
  return {
    type: "output",
    domain: "",
    set: null,
    isOfFile: false,
    name,
    inputs: [name],
    outputs: [],
    attributes: new Map(),
    branches: [],
  };
}

function valueOf(
  values: ReadonlyMap<string, ForeignValue>,
  name: string,
  value: ForeignValue | undefined = values.get(name),
): ForeignValue {
  if (value !== undefined) return value;
  throw new SemlinkError({
    code: "unsupported-output",
    where: placeOf("input"),
    expected: "a value that an importer makes",
    actual: `"${name}", which no earlier node makes`,
  });
}

function checkedInput(declared: ForeignInput, given: Tensor | undefined, where: string): Tensor {
  const { name, dtype, shape } = declared;
  const place = placeOf(`${where}, input "${name}"`);
  if (given === undefined) {
    throw new SemlinkError({ code: "missing-input", where: place, expected: "a tensor", actual: "none" });
  }
  if (given.dtype !== dtype) {
    throw new ShapeError({
      code: "dtype",
      where: place,
      expected: dtype ?? "an element type that the engine has",
      actual: given.dtype,
    });
  }
  const fits =
    shape === null ||
    (shape.length === given.shape.length &&
      shape.every((size, axis) => typeof size !== "number" || size === given.shape[axis]));
  if (fits) return given;
  throw new ShapeError({
    code: "input-shape",
    where: place,
    expected: formatShape(shape.map((size) => size ?? "any")),
    actual: formatShape(given.shape),
    hint: "export the model with an open size where it should vary",
  });
}

function reservedName(where: string, name: string): SemlinkError {
  return new SemlinkError({
    code: "reserved-name",
    where,
    expected: "stored tensors named otherwise than the methods of ForeignModel",
    actual: `"${name}"`,
    hint: "rename the tensor in the file",
  });
}
