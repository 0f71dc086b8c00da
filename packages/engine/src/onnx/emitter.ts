// SPDX-License-Identifier: Apache-2.0
import type { DimBinding } from "../graph/dim.ts";
import type { DType, TensorType } from "../graph/tensor.ts";
import type { KernelSet } from "./kernel-set.ts";

/** A value of the ONNX graph being written. */
export interface Value {
  readonly name: string;
}

/** A float attribute; plain numbers are written as integers, which ONNX keeps apart. */
export interface FloatAttribute {
  readonly float: number;
}

/** Value of an ONNX attribute: an integer, a string, integers, or one float. */
export type AttributeValue = number | string | readonly number[] | FloatAttribute;

/** Marks a number as a float attribute: `{ epsilon: float(1e-5) }`. */
export function float(value: number): FloatAttribute {
  return { float: value };
}

/** A node as it will be written. Missing optional inputs and unwanted outputs are `""`. */
export interface EmittedNode {
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Module path of the graph node that asked for it; profiles group by it. */
  readonly scope: string;
}

/** A constant tensor as it will be written. */
export interface EmittedInitializer {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

/** What an operator may look at when it chooses its ONNX form. Sizes are numbers as far as they are known. */
export interface EmitContext {
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
}

/** What a node has beyond type, inputs and attributes. */
export interface NodeOptions {
  /** Number of outputs, 1 if left out. */
  readonly outputs?: number;
  /** Operator domain; the standard one if left out. */
  readonly domain?: "com.microsoft" | "com.microsoft.nchwc";
}

/** Initialisers whose values are known may be rearranged when the model is written instead of when it runs. */
export interface KnownInitializer {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Collects the nodes and constants of one ONNX model. Equal nodes on equal inputs are written once, so layout
 * changes that forward and backward share cost one node.
 */
export class Emitter {
  readonly kernels: KernelSet;
  readonly binding: DimBinding;
  readonly nodes: EmittedNode[] = [];
  readonly initializers: Map<string, EmittedInitializer> = new Map();
  /** Module path noted on nodes from here on. */
  scope = "";
  private readonly emitted = new Map<string, readonly Value[]>();
  private readonly constants = new Map<string, Value>();
  /** What each reshaped value was before. */
  private readonly reshapedFrom = new Map<string, string>();
  private counter = 0;

  constructor(kernels: KernelSet, binding: DimBinding) {
    this.kernels = kernels;
    this.binding = binding;
  }

  /** One node with one output. `null` inputs are left out (optional inputs of ONNX operators). */
  node(
    type: string,
    inputs: readonly (Value | null)[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    options: NodeOptions = {},
  ): Value {
    return this.emitNodes(type, inputs, attributes, options)[0]!;
  }

  /** One node with several outputs. */
  multiNode(
    type: string,
    inputs: readonly (Value | null)[],
    attributes: Readonly<Record<string, AttributeValue>>,
    options: NodeOptions & { readonly outputs: number },
  ): readonly Value[] {
    return this.emitNodes(type, inputs, attributes, options);
  }

  /** An int64 vector, as axes and shapes are given to ONNX operators. */
  ints(values: readonly number[]): Value {
    return this.constant("int64", [values.length], values);
  }

  /** A float32 scalar. */
  scalar(value: number): Value {
    return this.constant("float32", [], [value]);
  }

  /** A constant tensor; equal constants are written once. */
  constant(dtype: DType, shape: readonly number[], values: readonly number[]): Value {
    const key = `${dtype}|${shape.join()}|${values.join()}`;
    const known = this.constants.get(key);
    if (known) return known;
    const value = this.addInitializer(this.fresh("constant"), dtype, shape, typedArray(dtype, values));
    this.constants.set(key, value);
    return value;
  }

  /** A named constant, such as a weight of an exported model. */
  addInitializer(
    name: string,
    dtype: DType,
    shape: readonly number[],
    data: EmittedInitializer["data"],
  ): Value {
    this.initializers.set(name, { name, dtype, shape, data });
    return { name };
  }

  /** The constant behind a value when it is known while the model is written (weights on export), else null. */
  knownInitializer(value: Value): KnownInitializer | null {
    const initializer = this.initializers.get(value.name);
    return initializer?.data instanceof Float32Array
      ? { shape: initializer.shape, data: initializer.data }
      : null;
  }

  /** A name no other value has. */
  fresh(stem: string): string {
    return `${stem}_${this.counter++}`;
  }

  private emitNodes(
    type: string,
    inputs: readonly (Value | null)[],
    attributes: Readonly<Record<string, AttributeValue>>,
    { outputs = 1, domain }: NodeOptions,
  ): readonly Value[] {
    const names = inputs.map((value) => value?.name ?? "");
    if (type === "Reshape") names[0] = this.beforeReshape(names[0]!, names[1]!);
    const key = `${domain ?? ""}:${type}(${names.join()})${JSON.stringify(attributes)}x${outputs}`;
    const known = this.emitted.get(key);
    if (known) return known;
    const values = Array.from({ length: outputs }, () => ({ name: this.fresh(type) }));
    this.nodes.push({
      type,
      domain: domain ?? "",
      inputs: names,
      outputs: values.map((value) => value.name),
      attributes,
      scope: this.scope,
    });
    this.emitted.set(key, values);
    if (type === "Reshape") this.reshapedFrom.set(values[0]!.name, names[0]!);
    return values;
  }

  /** The value to reshape: of two reshapes in a row only the second matters, unless it keeps sizes of the first by 0. */
  private beforeReshape(name: string, shape: string): string {
    const sizes = this.initializers.get(shape)?.data;
    const keepsSizes = !(sizes instanceof BigInt64Array) || sizes.includes(0n);
    return keepsSizes ? name : (this.reshapedFrom.get(name) ?? name);
  }
}

function typedArray(dtype: DType, values: readonly number[]): EmittedInitializer["data"] {
  switch (dtype) {
    case "float32":
      return Float32Array.from(values);
    case "int32":
      return Int32Array.from(values);
    case "int64":
      return BigInt64Array.from(values, BigInt);
    case "bool":
      return Uint8Array.from(values);
  }
}
