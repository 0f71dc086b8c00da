// SPDX-License-Identifier: Apache-2.0
import { Activation, reshape } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { expect, it } from "vitest";
import { type Dataset, testAccuracy } from "./images.js";

const COUNT = 700; // more than one batch of the evaluation
const labels = Uint8Array.from({ length: COUNT }, (_, i) => (i % 7) % 2);

/** Images of two pixels, the brighter one at the place of the label, except in every fourth image. */
function twoPixels(): Dataset {
  const images = new Uint8Array(2 * COUNT);
  labels.forEach((label, i) => (images[2 * i + (i % 4 === 3 ? 1 - label : label)] = 255));
  const set = { images, labels, count: COUNT, channels: 1, height: 1, width: 2 };
  const sets = { train: set, validation: set, test: set };
  return { ...sets, name: "two pixels", classNames: ["left", "right"], mean: [0.5], std: [0.5], digest: "" };
}

it("counts an image as right when its largest logit is that of its label, in every batch", async () => {
  const brightness = new Activation((images) => reshape(images, ["batch", 2]));
  const runtime = await nodeRuntime({ intraOpThreads: 1 });
  expect(await testAccuracy(brightness, new Map(), { data: twoPixels(), runtime })).toBe(0.75);
});
