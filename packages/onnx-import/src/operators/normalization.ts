// SPDX-License-Identifier: Apache-2.0
import {
  add,
  batchNorm,
  div,
  groupNorm,
  layerNorm,
  logSoftmax,
  mean,
  mul,
  productOf,
  reshape,
  softmax,
  sqrt,
  square,
  sub,
} from "@semlink/engine";
import type { Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import type { Importer, ImporterTable } from "./operator.ts";

function importBatchNorm(call: NodeCall): Tensor {
  if (call.integer("training_mode", 0) === 1) {
    throw call.refusal("unsupported-attribute", "training_mode 0", "1", "export the model for inference");
  }
  const epsilon = call.float("epsilon", 1e-5);
  const [x, weight, bias, runningMean, runningVar] = call.tensors() as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  return batchNorm(x, weight, bias, runningMean, runningVar, { training: false, epsilon }).y;
}

/** Normalises each channel of each item over its positions, then scales and shifts channels. */
function importInstanceNorm(call: NodeCall): Tensor {
  const [x, weight, bias] = call.tensors() as [Tensor, Tensor, Tensor];
  const axes = x.shape.map((_, axis) => axis).slice(2);
  const centred = sub(x, mean(x, { axes, keepDims: true }));
  const variance = mean(square(centred), { axes, keepDims: true });
  const perChannel = (vector: Tensor): Tensor => reshape(vector, [vector.shape[0]!, ...axes.map(() => 1)]);
  const xHat = div(centred, sqrt(add(variance, call.float("epsilon", 1e-5))));
  return add(mul(xHat, perChannel(weight)), perChannel(bias));
}

/** Weight and bias of each channel; before operator set 21 they were of each group. */
function importGroupNorm(call: NodeCall): Tensor {
  if (call.opset < 21) {
    throw call.refusal("unsupported-operator", "operator set 21 or newer", `${call.opset}`, "export it anew");
  }
  const [x, weight, bias] = call.tensors() as [Tensor, Tensor, Tensor];
  const numGroups = call.integer("num_groups", 1);
  return groupNorm(x, weight, bias, { numGroups, epsilon: call.float("epsilon", 1e-5) });
}

/** Layer normalisation over the axes from `axis` on, which the engine has for the last axis. */
function importLayerNorm(call: NodeCall): Tensor {
  const x = call.tensor(0);
  const epsilon = call.float("epsilon", 1e-5);
  const axis = call.integer("axis", -1);
  const first = axis < 0 ? axis + x.shape.length : axis;
  const width = productOf(x.shape.slice(first));
  const flat = (value: Tensor): Tensor => reshape(value, [width]);
  const bias = call.optionalTensor(2);
  const rows = reshape(x, [productOf(x.shape.slice(0, first)), width]);
  const isLast = first === x.shape.length - 1 && first > 0;
  const y = layerNorm(isLast ? x : rows, flat(call.tensor(1)), bias && flat(bias), { epsilon });
  return reshape(y, x.shape);
}

/** Up to operator set 12 the axes from `axis` (1 if left out) on are one; since then it is that axis (the last). */
const alongAxis =
  (op: (x: Tensor, options: { readonly axis: number }) => Tensor): Importer =>
  (call) => {
    const x = call.tensor(0);
    if (call.opset >= 13) return op(x, { axis: call.integer("axis", -1) });
    const axis = call.integer("axis", 1);
    const first = axis < 0 ? axis + x.shape.length : axis;
    if (first === x.shape.length - 1) return op(x, { axis: first });
    const rows = reshape(x, [productOf(x.shape.slice(0, first)), productOf(x.shape.slice(first))]);
    return reshape(op(rows, { axis: 1 }), x.shape);
  };

/** Normalisations, and softmax among them. */
export const normalizationImporters: ImporterTable = {
  BatchNormalization: importBatchNorm,
  InstanceNormalization: importInstanceNorm,
  GroupNormalization: importGroupNorm,
  LayerNormalization: importLayerNorm,
  Softmax: alongAxis(softmax),
  LogSoftmax: alongAxis(logSoftmax),
};
