// SPDX-License-Identifier: Apache-2.0
import type { EmitContext, Emitter, Value } from "../onnx/emitter.ts";
import { currentScope } from "./scope.ts";
import type { Attributes, FeedDemand, OpNode, Siblings, Tensor, TensorType } from "./tensor.ts";

/** What a gradient rule may use: the node's own inputs, outputs and attributes, and the output gradients. */
export interface VjpContext<A extends object> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Gradient of each output, shaped like it; null where the output is not used. */
  readonly grads: readonly (Tensor | null)[];
  /** Gradient of the first output. */
  readonly grad: Tensor;
  readonly attrs: A;
}

/**
 * The facts of one operator.
 *
 * `vjp` must say what the gradient is: a rule (one entry per input, null for integer inputs; broadcasting is
 * undone by the walk, so rules never mention it), `"zero"` for piecewise constant operators, or `"unsupported"`.
 */
export interface OpDefinition<A extends object> {
  readonly name: string;
  /** Types of the outputs, or an error with a code when the inputs do not fit. */
  readonly infer: (inputs: readonly TensorType[], attrs: A) => readonly TensorType[];
  /** The gradient: a rule, `"zero"` or `"unsupported"`. */
  readonly vjp: ((context: VjpContext<A>) => readonly (Tensor | null)[]) | "zero" | "unsupported";
  /** Writes the ONNX nodes; may choose their form by sizes and kernels. */
  readonly emit: (
    onnx: Emitter,
    inputs: readonly Value[],
    context: EmitContext & { readonly attrs: A },
  ) => Value | readonly Value[];
  /**
   * Inputs with which the first output is multiplied by a factor [1] and the others stay as they are; left out where
   * there are none.
   */
  readonly scaledInputs?: (inputs: readonly Tensor[], factor: Tensor) => readonly Tensor[];
  /** How one application can stand for several; left out where that cannot be, or gains nothing. */
  readonly join?: JoinRule<A>;
  /** What it asks of what is fed; left out where shapes tell everything. */
  readonly demands?: (inputs: readonly Tensor[], attrs: A) => readonly FeedDemand[];
}

/** How one application of an operator can stand for several, see `joinSiblings`. */
export interface JoinRule<A extends object> {
  /** How many of the inputs, counted from the first, are maps with channels on axis 1; the others are parameters. */
  readonly numMaps: number;
  /** Outputs whose channels are those of the siblings, one behind the other; null where that gains nothing. */
  readonly apply: (siblings: Siblings, attrs: A) => readonly Tensor[] | null;
}

/** An operator: {@link OpDefinition} with a way to apply it to tensors. */
export interface Op<A extends object> extends OpDefinition<A> {
  /** Adds one node to the graph and returns its outputs. */
  readonly apply: (inputs: readonly Tensor[], attrs: A) => readonly Tensor[];
  /** {@link apply} for operators with one output. */
  readonly call: (inputs: readonly Tensor[], attrs: A) => Tensor;
}

/** Makes an operator from its facts. Nothing is registered: an operator is the value returned here. */
export function defineOp<A extends object>(definition: OpDefinition<A>): Op<A> {
  const apply = (inputs: readonly Tensor[], attrs: A): readonly Tensor[] => {
    const types = definition.infer(inputs, attrs);
    const outputs: Tensor[] = [];
    const { vjp, scaledInputs } = definition;
    const node: OpNode = {
      kind: "op",
      name: definition.name,
      attrs: attrs as Attributes,
      inputs,
      outputs,
      scope: currentScope(),
      reapply: (others) => apply(others, attrs),
      backward:
        typeof vjp === "string"
          ? vjp
          : (grads) => vjp({ inputs, outputs, grads, grad: firstOf(grads), attrs }),
      emit: (onnx, values, context) => {
        const emitted = definition.emit(onnx, values, { ...context, attrs });
        return Array.isArray(emitted) ? (emitted as readonly Value[]) : [emitted as Value];
      },
      scaledInputs: scaledInputs ? (factor) => scaledInputs(inputs, factor) : null,
      join: joinOn(definition.join, attrs),
      demands: definition.demands?.(inputs, attrs) ?? [],
    };
    // A rule may return one of its inputs as the type; only shape and dtype of it are meant.
    types.forEach(({ shape, dtype }, outputIndex) => outputs.push({ node, outputIndex, shape, dtype }));
    return outputs;
  };
  return { ...definition, apply, call: (inputs, attrs) => apply(inputs, attrs)[0]! };
}

function joinOn<A extends object>(rule: JoinRule<A> | undefined, attrs: A): OpNode["join"] {
  return rule ? { numMaps: rule.numMaps, apply: (siblings) => rule.apply(siblings, attrs) } : null;
}

// Rules of single-output operators use `grad`; it is only read when that output has a gradient.
function firstOf(grads: readonly (Tensor | null)[]): Tensor {
  return grads[0]!;
}
