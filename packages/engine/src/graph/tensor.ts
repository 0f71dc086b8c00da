// SPDX-License-Identifier: Apache-2.0
import type { Shape } from "./dim.ts";
import type { EmitContext, Value } from "../onnx/emitter.ts";
import type { Emitter } from "../onnx/emitter.ts";

/** Element types of graph tensors. */
export type DType = "float32" | "int32" | "int64" | "bool";

/** What is known of a tensor before any data is read. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * One value of a static graph: a handle on the node that makes it. Building a graph computes nothing; it checks
 * shapes, so every shape error appears here and names the module path.
 */
export interface Tensor extends TensorType {
  readonly node: GraphNode;
  /** Which output of the node this is. */
  readonly outputIndex: number;
}

/** Attributes of an operator: plain data, printed and used as part of its identity. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Where random values of an input come from; the training loop fills such inputs from the seed. */
export type RandomKind = "normal" | "uniform";

/** A value fed at every run. */
export interface InputNode {
  readonly kind: "input";
  readonly name: string;
  /** Filled by the training loop from (seed, path, step) when set, fed by the caller otherwise. */
  readonly random: RandomKind | null;
  readonly scope: string;
}

/** A value fixed when the graph is built. */
export interface ConstantNode {
  readonly kind: "constant";
  readonly data: readonly number[];
  readonly scope: string;
}

/** A named value that lives outside the graph: a trained parameter or a buffer. See `nn/param.ts`. */
export interface ParamNode {
  readonly kind: "param";
  readonly param: { readonly name: string; readonly shape: readonly number[]; readonly trainable: boolean };
  readonly scope: string;
}

/** What a gradient rule is given: gradients of the outputs (null where an output is unused). */
export type Backward = (grads: readonly (Tensor | null)[]) => readonly (Tensor | null)[];

/** What an operator asks of what is fed, which no shape tells when the graph is built. */
export type FeedDemand =
  | {
      /** Values of a tensor; looked at where it is fed itself. */
      readonly kind: "range";
      readonly of: Tensor;
      readonly least: number;
      readonly most: number;
    }
  | {
      /** The size that a symbol of a shape has. */
      readonly kind: "size";
      readonly symbol: string;
      readonly least: number;
      readonly code: string;
      readonly hint: string;
    };

/** One application of an operator. */
export interface OpNode {
  readonly kind: "op";
  readonly name: string;
  readonly attrs: Attributes;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** A rule, `"zero"` (piecewise constant) or `"unsupported"`. */
  readonly backward: Backward | "zero" | "unsupported";
  /** Writes the ONNX nodes and gives a value for each output. */
  readonly emit: (onnx: Emitter, inputs: readonly Value[], context: EmitContext) => readonly Value[];
  /** The same operator on other inputs: a new node with shapes of its own. */
  readonly reapply: (inputs: readonly Tensor[]) => readonly Tensor[];
  /** Inputs with which the first output is multiplied by a factor [1]; null where there are none. */
  readonly scaledInputs: ((factor: Tensor) => readonly Tensor[]) | null;
  /** How one application can stand for this and others; null where the operator cannot. */
  readonly join: NodeJoin | null;
  /** What is asked of what is fed, checked before a run. */
  readonly demands: readonly FeedDemand[];
  readonly scope: string;
}

/** How one application can stand for several of a node's operator and attributes. */
export interface NodeJoin {
  /** How many of the inputs, counted from the first, are maps. */
  readonly numMaps: number;
  /** Outputs whose channels are those of the siblings; null where that gains nothing. */
  readonly apply: (siblings: Siblings) => readonly Tensor[] | null;
}

/** Applications of one operator, alike in everything but the values of their parameters. */
export interface Siblings {
  /** The maps that all of them read, or those whose channels are theirs, one behind the other. */
  readonly maps: readonly Tensor[];
  readonly reads: "same maps" | "own channels";
  /** The first map as many times as there are siblings, joined along the channels. */
  readonly repeated: () => Tensor;
  /** By sibling, what it reads beside the maps. */
  readonly params: readonly (readonly Tensor[])[];
}

/** What makes a tensor: fed at every run, fixed, held outside the graph, or computed. */
export type GraphNode = InputNode | ConstantNode | ParamNode | OpNode;
