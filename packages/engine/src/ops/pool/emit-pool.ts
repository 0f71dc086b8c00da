// SPDX-License-Identifier: Apache-2.0
import type { AttributeValue, Emitter, Value } from "../../onnx/emitter.ts";
import { blockedPoolNode } from "../conv/blocked-kernels.ts";
import type { ImageSizes } from "../conv/blocked-layout.ts";
import { fromBlocked, toBlocked } from "../conv/blocked-layout.ts";
import { isBlockedGrid } from "./image-grid.ts";

/** Pooling to images of these sizes, in ONNX Runtime's blocks where it has them. */
export function emitPool(
  onnx: Emitter,
  type: "AveragePool" | "MaxPool",
  x: Value,
  sizes: ImageSizes,
  attributes: Readonly<Record<string, AttributeValue>>,
): Value {
  if (!isBlockedGrid(onnx, sizes[0])) return onnx.node(type, [x], attributes);
  return fromBlocked(onnx, blockedPoolNode(onnx, type, toBlocked(onnx, x), attributes), sizes);
}
