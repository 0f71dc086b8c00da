// SPDX-License-Identifier: Apache-2.0
import { adamW, buildTrainStep } from "@semlink/engine";
import { VisionTransformer } from "../networks/vision-transformer.js";
import { classification, labelledImages } from "./images.js";

const SIZES = {
  imageSize: 32,
  patchSize: 4,
  width: 192,
  numBlocks: 12,
  numHeads: 3,
  hiddenWidth: 768,
  outFeatures: 10,
};

/** Training step of ViT-Tiny with 4x4 patches on 32x32 images: AdamW. */
export const vitTiny = {
  key: "d",
  name: "vit-tiny",
  title: "ViT-Tiny/4 at 32x32, training step",
  cases: [{ name: "batch-64", batch: 64 }],
  program({ batch }) {
    const model = new VisionTransformer(SIZES);
    const step = buildTrainStep({
      model,
      objective: (build) => classification(SIZES.imageSize, (images) => build.apply(model, images)),
      optimizer: adamW({ weightDecay: 0.05 }),
    });
    return { model, step, learningRate: 5e-4, data: labelledImages(batch, SIZES.imageSize) };
  },
};
