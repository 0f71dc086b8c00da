// SPDX-License-Identifier: Apache-2.0
import { Build, input } from "@semlink/engine";
import { ConferenceStudent } from "../networks/conference-student.js";
import { VisionTransformer } from "../networks/vision-transformer.js";
import { imagesData } from "./images.js";

const VIT_B_32 = {
  imageSize: 224,
  patchSize: 32,
  width: 768,
  numBlocks: 12,
  numHeads: 12,
  hiddenWidth: 3072,
  outFeatures: 512,
};

const NETWORKS = {
  student: { imageSize: 32, create: () => new ConferenceStudent() },
  vit: { imageSize: VIT_B_32.imageSize, create: () => new VisionTransformer(VIT_B_32) },
};

/** Inference of the conference student and of an encoder as large as ViT-B/32. */
export const inference = {
  key: "f",
  name: "inference",
  title: "inference: conference student, encoder of the size of ViT-B/32",
  cases: Object.keys(NETWORKS).flatMap((network) =>
    [1, 64].map((batch) => ({ name: `${network}-${batch}`, network, batch })),
  ),
  program({ network, batch }) {
    const { imageSize, create } = NETWORKS[network];
    const model = create();
    const build = new Build(model, { training: false });
    const y = build.apply(model, input("images", ["batch", 3, imageSize, imageSize]));
    return { model, outputs: { y }, data: imagesData(batch, imageSize) };
  },
};
