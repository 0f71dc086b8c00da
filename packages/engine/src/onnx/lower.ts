// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { DimBinding } from "../graph/dim.ts";
import { bindShape } from "../graph/dim.ts";
import type { GraphNode, RandomKind, Tensor, TensorType } from "../graph/tensor.ts";
import { leafTypes, topologicalOrder } from "../graph/topology.ts";
import type { EmittedNode, Value } from "./emitter.ts";
import { Emitter } from "./emitter.ts";
import type { KernelSet } from "./kernel-set.ts";
import { encodeModel } from "./model-proto.ts";

/** How {@link lower} writes a graph. */
export interface LowerOptions {
  readonly kernels: KernelSet;
  /** Values of symbolic sizes; a known batch allows faster kernels. Symbols without a value stay symbolic. */
  readonly binding?: DimBinding;
  /** Values of parameters to write into the model. Parameters without a value become inputs. */
  readonly weights?: ReadonlyMap<string, Float32Array>;
  readonly name?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Path in the names of the ONNX nodes that a node of the graph becomes; its module path if left out. */
  readonly scopeOf?: (node: GraphNode) => string;
}

/** A graph as an ONNX file, with what must be fed and what comes out. */
export interface LoweredModel {
  readonly bytes: Uint8Array;
  readonly inputs: Readonly<Record<string, TensorType>>;
  readonly outputs: Readonly<Record<string, TensorType>>;
  /** Inputs that the training loop fills with random numbers. */
  readonly randomInputs: ReadonlyMap<string, RandomKind>;
  /** Inputs that are parameters or buffers, by name. */
  readonly paramInputs: ReadonlySet<string>;
  readonly nodes: readonly EmittedNode[];
}

/**
 * Writes the graph that computes `outputs` as one ONNX model. Nodes that no output needs are not written.
 *
 * @throws SemlinkError `duplicate-name` when two different inputs, or an input and an output, have one name
 */
export function lower(outputs: Readonly<Record<string, Tensor>>, options: LowerOptions): LoweredModel {
  const { kernels, binding = {}, weights = new Map<string, Float32Array>() } = options;
  const { scopeOf = (node: GraphNode) => node.scope } = options;
  const onnx = new Emitter(kernels, binding);
  const inputs: Record<string, TensorType> = {};
  const randomInputs = new Map<string, RandomKind>();
  const paramInputs = new Set<string>();
  const values = new Map<GraphNode, readonly Value[]>();
  const order = topologicalOrder(Object.values(outputs));
  const types = leafTypes(order, Object.values(outputs));
  const bind = ({ shape, dtype }: TensorType): TensorType => ({ shape: bindShape(shape, binding), dtype });

  const declareInput = (name: string, type: TensorType): Value => {
    if (name in inputs) throw duplicateName(name);
    inputs[name] = bind(type);
    return { name };
  };

  for (const node of order) {
    onnx.scope = scopeOf(node);
    if (node.kind === "op") {
      const context = { inputs: node.inputs.map(bind), outputs: node.outputs.map(bind) };
      values.set(
        node,
        node.emit(
          onnx,
          node.inputs.map((tensor) => values.get(tensor.node)![tensor.outputIndex]!),
          context,
        ),
      );
      continue;
    }
    const type = types.get(node)!;
    if (node.kind === "constant") {
      values.set(node, [onnx.constant(type.dtype, type.shape as readonly number[], node.data)]);
    } else if (node.kind === "input") {
      values.set(node, [declareInput(node.name, type)]);
      if (node.random) randomInputs.set(node.name, node.random);
    } else {
      const { name } = node.param;
      const weight = weights.get(name);
      if (weight)
        values.set(node, [onnx.addInitializer(name, type.dtype, type.shape as readonly number[], weight)]);
      else {
        values.set(node, [declareInput(name, type)]);
        paramInputs.add(name);
      }
    }
  }

  const taken = Object.keys(outputs).find((name) => name in inputs);
  if (taken !== undefined) throw duplicateName(taken);
  const named = Object.entries(outputs).map(([name, tensor]) => ({
    name,
    tensor,
    value: values.get(tensor.node)![tensor.outputIndex]!,
  }));
  const nodes = nameOutputs(onnx, named);
  const outputTypes = Object.fromEntries(named.map(({ name, tensor }) => [name, bind(tensor)]));
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const bytes = encodeModel({
    name: options.name ?? "semlink",
    nodes,
    initializers: [...onnx.initializers.values()].filter((initializer) => used.has(initializer.name)),
    inputs,
    outputs: outputTypes,
    ...(options.metadata ? { metadata: options.metadata } : {}),
  });
  return { bytes, inputs, outputs: outputTypes, randomInputs, paramInputs, nodes };
}

/** Nodes of which some output is read; an operator may emit more than its caller uses. */
function withoutUnused(nodes: readonly EmittedNode[], outputs: readonly Value[]): EmittedNode[] {
  const read = new Set(outputs.map((value) => value.name));
  const kept: EmittedNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => read.has(name))) continue;
    for (const name of node.inputs) read.add(name);
    kept.push(node);
  }
  return kept.reverse();
}

/**
 * Gives results their public names in place: a copy through Identity is written only where a result is itself an
 * input, a constant, or wanted under two names.
 */
function nameOutputs(
  onnx: Emitter,
  named: readonly { name: string; value: Value }[],
): readonly EmittedNode[] {
  const renamed = new Map<string, string>();
  const produced = new Set(onnx.nodes.flatMap((node) => node.outputs));
  const copies: EmittedNode[] = [];
  for (const { name, value } of named) {
    if (produced.has(value.name) && !renamed.has(value.name)) renamed.set(value.name, name);
    else
      copies.push({
        type: "Identity",
        domain: "",
        inputs: [value.name],
        outputs: [name],
        attributes: {},
        scope: "",
      });
  }
  const rename = (name: string): string => renamed.get(name) ?? name;
  const used = withoutUnused(
    onnx.nodes,
    named.map(({ value }) => value),
  );
  return [...used, ...copies].map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));
}

function duplicateName(name: string): SemlinkError {
  return new SemlinkError({
    code: "duplicate-name",
    where: "lower",
    expected: "one input, parameter or output for each name",
    actual: `two named "${name}"`,
    hint: "build the model once and share it, or name the second one differently",
  });
}
