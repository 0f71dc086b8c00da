// SPDX-License-Identifier: Apache-2.0
import { crossEntropy, input, rngFrom } from "@semlink/engine";

const NUM_CLASSES = 10;

/** Normal samples as a tensor, addressed by their name. */
export function normalTensor(name, shape) {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { dtype: "float32", shape, data: rngFrom(2).fold(name).normal(size) };
}

/** A batch of square colour images. */
export function imagesData(batch, imageSize) {
  return { images: normalTensor("images", [batch, 3, imageSize, imageSize]) };
}

/** A batch of square colour images and labels of ten classes that take turns. */
export function labelledImages(batch, imageSize) {
  const labels = BigInt64Array.from({ length: batch }, (_, i) => BigInt(i % NUM_CLASSES));
  return { ...imagesData(batch, imageSize), labels: { dtype: "int64", shape: [batch], data: labels } };
}

/** Cross entropy, label smoothing 0.1, of what `logitsOf` makes of the images. */
export function classification(imageSize, logitsOf) {
  const logits = logitsOf(input("images", ["batch", 3, imageSize, imageSize]));
  return { loss: crossEntropy(logits, input("labels", ["batch"], "int64"), { labelSmoothing: 0.1 }) };
}
