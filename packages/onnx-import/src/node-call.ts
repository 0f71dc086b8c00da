// SPDX-License-Identifier: Apache-2.0
import { constant, placeOf, reshape, SemlinkError, transpose } from "@semlink/engine";
import type { Dim, Shape, Tensor } from "@semlink/engine";
import type { AttributeProto } from "onnx-buf";
import type { ForeignNode } from "./model-graph.ts";
import { carriedValue } from "./stored-tensor.ts";
import type { ForeignValue, KnownValue } from "./values.ts";

/** One node of a foreign graph with the values of its inputs: what an importer reads. */
export class NodeCall {
  readonly node: ForeignNode;
  /** Version of the standard operators, which decides the meaning of some nodes. */
  readonly opset: number;
  /** Values of the inputs, null where one is left out. */
  readonly values: readonly (ForeignValue | null)[];
  /** Inputs of the whole graph: where symbolic sizes come from when the graph runs. */
  readonly sources: readonly Tensor[];

  constructor(
    node: ForeignNode,
    values: readonly (ForeignValue | null)[],
    graph: { readonly opset: number; readonly sources: readonly Tensor[] },
  ) {
    this.node = node;
    this.opset = graph.opset;
    this.values = values;
    this.sources = graph.sources;
  }

  /** Whether the input is given. */
  has(index: number): boolean {
    return (this.values[index] ?? null) !== null;
  }

  /** An input as a tensor of the graph, shaped as in the file. */
  tensor(index: number): Tensor {
    const value = this.required(index);
    switch (value.kind) {
      case "computed":
        return value.tensor;
      case "known":
        return this.constantOf(value);
      case "parameter":
        return value.isFilter ? transpose(value.param.value, [0, 3, 1, 2]) : value.param.value;
    }
  }

  /** All inputs. */
  tensors(): readonly Tensor[] {
    return this.values.map((_, index) => this.tensor(index));
  }

  /** Sizes of an input, known or not. */
  shape(index: number): Shape {
    const value = this.required(index);
    return value.kind === "known" ? value.shape : this.tensor(index).shape;
  }

  /** An optional input. */
  optionalTensor(index: number): Tensor | null {
    return this.has(index) ? this.tensor(index) : null;
  }

  /** A filter [out, in, height, width] of the file as the engine wants it, [out, height, width, in]. */
  filter(index: number): Tensor {
    const value = this.required(index);
    if (value.kind === "parameter" && value.isFilter) return value.param.value;
    const filter = this.tensor(index);
    const image = filter.shape.length === 3 ? reshape(filter, filter.shape.toSpliced(2, 0, 1)) : filter;
    return transpose(image, [0, 2, 3, 1]);
  }

  /**
   * An input whose values are known while the graph is built.
   *
   * @throws SemlinkError `computed-value` when the graph computes it
   */
  known(index: number): KnownValue {
    const value = this.required(index);
    if (value.kind === "known") return value;
    if (value.kind === "parameter") return value.stored;
    throw this.refusal(
      "computed-value",
      `input ${index} to be a constant or to follow from shapes`,
      "a computed value",
    );
  }

  /** The elements of a known input; sizes may be symbols. */
  dims(index: number): readonly Dim[] {
    return Array.from(this.known(index).elements);
  }

  /** The elements of a known input, all numbers. */
  numbers(index: number): readonly number[] {
    return this.dims(index).map((dim) => {
      if (typeof dim === "number") return dim;
      throw this.refusal("symbolic-size", `numbers as input ${index}`, `"${dim}"`);
    });
  }

  /** The only element of a known input. */
  number(index: number): number {
    const numbers = this.numbers(index);
    if (numbers.length === 1) return numbers[0]!;
    throw this.refusal("not-scalar", `one number as input ${index}`, `${numbers.length}`);
  }

  /** Axes or sizes that are an input of newer operators and an attribute of older ones; null when neither is given. */
  integersFrom(index: number, attribute: string): readonly number[] | null {
    return this.has(index) ? this.numbers(index) : this.integers(attribute);
  }

  /** An integer attribute. */
  integer(name: string, otherwise: number): number {
    const attribute = this.attribute(name);
    return attribute === undefined ? otherwise : Number(attribute.i);
  }

  /** An attribute that is a list of integers. */
  integers(name: string): readonly number[] | null {
    return this.attribute(name)?.ints.map(Number) ?? null;
  }

  /** A float attribute. */
  float(name: string, otherwise: number): number {
    return this.attribute(name)?.f ?? otherwise;
  }

  /** An attribute that is a list of floats; empty when left out. */
  floats(name: string): readonly number[] {
    return this.attribute(name)?.floats ?? [];
  }

  /** A text attribute. */
  text(name: string, otherwise: string): string {
    const attribute = this.attribute(name);
    return attribute === undefined ? otherwise : new TextDecoder().decode(attribute.s);
  }

  /** An attribute that is a list of texts; empty when left out. */
  texts(name: string): readonly string[] {
    return (this.attribute(name)?.strings ?? []).map((text) => new TextDecoder().decode(text));
  }

  /** The value that a Constant or ConstantOfShape carries, in whichever attribute. */
  carried(): KnownValue | null {
    return carriedValue(this.node.attributes, placeOf(this.node.type));
  }

  /**
   * Says that this node asks for something that the engine does not do.
   *
   * @param code - of the error
   */
  refusal(code: string, expected: string, actual: string, hint?: string): SemlinkError {
    return new SemlinkError({ code, where: placeOf(this.node.type), expected, actual, hint });
  }

  private required(index: number): ForeignValue {
    const value = this.values[index] ?? null;
    if (value !== null) return value;
    throw this.refusal("missing-input", `a value for input ${index}`, "none");
  }

  private attribute(name: string): AttributeProto | undefined {
    return this.node.attributes.get(name);
  }

  private constantOf({ dtype, shape, elements }: KnownValue): Tensor {
    const numbers = Array.from(elements, (dim) => {
      if (typeof dim === "number") return dim;
      throw this.refusal(
        "symbolic-size",
        "sizes that are numbers where they enter arithmetic on tensors",
        `"${dim}"`,
        "give inputs of fixed sizes",
      );
    });
    return constant(numbers, shape, dtype);
  }
}
