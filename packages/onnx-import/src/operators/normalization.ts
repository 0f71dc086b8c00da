// SPDX-License-Identifier: Apache-2.0
import {
  abs,
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
  sum,
} from "@semlink/engine";
import type { Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import { axisOf } from "./axes.ts";
import type { Importer, OperatorTable } from "./operator.ts";

function importBatchNorm(call: NodeCall): Tensor {
  if (call.integer("training_mode", 0) === 1) {
    throw call.refusal("unsupported-attribute", "training_mode 0", "1", "export the model for inference");
  }
  // Up to set 13 training is asked for by further outputs, up to set 8 statistics may be those of each position.
  if (call.opset < 14 && call.node.outputs.filter((name) => name !== "").length > 1) {
    throw call.refusal("unsupported-attribute", "one output", "those of training", "export it for inference");
  }
  if (call.opset < 9 && call.integer("spatial", 1) === 0) {
    throw call.refusal("unsupported-attribute", "spatial 1", "0");
  }
  const epsilon = call.float("epsilon", 1e-5);
  const [x, weight, bias] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  const [runningMean, runningVar] = [call.tensor(3), call.tensor(4)];
  return batchNorm(x, weight, bias, runningMean, runningVar, { training: false, epsilon }).y;
}

/** Normalises each channel of each item over its positions, then scales and shifts channels. */
function importInstanceNorm(call: NodeCall): Tensor {
  const [x, weight, bias] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  const axes = x.shape.map((_, axis) => axis).slice(2);
  const centred = sub(x, mean(x, { axes, keepDims: true }));
  const variance = mean(square(centred), { axes, keepDims: true });
  const perChannel = (vector: Tensor): Tensor => reshape(vector, [x.shape[1] ?? 1, ...axes.map(() => 1)]);
  const xHat = div(centred, sqrt(add(variance, call.float("epsilon", 1e-5))));
  return add(mul(xHat, perChannel(weight)), perChannel(bias));
}

/** Weight and bias of each channel. */
function importGroupNorm(call: NodeCall): Tensor {
  const [x, weight, bias] = [call.tensor(0), call.tensor(1), call.tensor(2)];
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

/** Divides by the root of the mean square over the axes from `axis` on, then scales. */
function importRmsNorm(call: NodeCall): Tensor {
  const x = call.tensor(0);
  const first = axisOf(call, x.shape.length, -1);
  const axes = x.shape.map((_, axis) => axis).slice(first);
  const meanSquare = mean(square(x), { axes, keepDims: true });
  return mul(div(x, sqrt(add(meanSquare, call.float("epsilon", 1e-5)))), call.tensor(1));
}

/** Divides by the sum of magnitudes, or by the Euclidean norm, along one axis. */
function importLpNorm(call: NodeCall): Tensor {
  const x = call.tensor(0);
  const axes = axisOf(call, x.shape.length, -1);
  const isEuclidean = call.integer("p", 2) === 2;
  const total = sum(isEuclidean ? square(x) : abs(x), { axes, keepDims: true });
  return div(x, isEuclidean ? sqrt(total) : total);
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
export const normalizationOperators: OperatorTable = {
  // Up to set 6 `is_test` decides about training, and training is what is meant without it.
  BatchNormalization: { since: 7, build: importBatchNorm },
  InstanceNormalization: { since: 1, build: importInstanceNorm },
  // Up to set 20 weight and bias are those of each group.
  GroupNormalization: { since: 21, build: importGroupNorm },
  LayerNormalization: { since: 17, build: importLayerNorm },
  RMSNormalization: { since: 23, build: importRmsNorm },
  LpNormalization: { since: 1, build: importLpNorm },
  Softmax: { since: 1, build: alongAxis(softmax) },
  LogSoftmax: { since: 1, build: alongAxis(logSoftmax) },
};
