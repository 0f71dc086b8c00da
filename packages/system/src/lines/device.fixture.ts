// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { imageLength, type ImageSet } from "../data/dataset.ts";
import type { LinearMap, Truth } from "../task/task.ts";
import type { DeviceOutputs } from "./line.ts";

export const NUM_CLASSES = 4;
export const EMBED_DIM = 8;
const SIDE = 8;

/** A head that reads the class from the first four values of an embedding. */
export const head: LinearMap = {
  weight: Float32Array.from({ length: NUM_CLASSES * EMBED_DIM }, (_, i) =>
    i % EMBED_DIM === Math.floor(i / EMBED_DIM) ? 1 : 0,
  ),
  bias: new Float32Array(NUM_CLASSES),
};

/** What a device has of images of four colours: it decides rightly on seven in eight, its embedding on all. */
export interface FixtureDevice extends DeviceOutputs {
  readonly labels: Uint8Array;
  readonly embeddings: Float32Array;
  readonly images: ImageSet;
}

/** @param seed - other seeds are other images */
export function fixtureDevice(seed: number, count: number): FixtureDevice {
  const rng = rngFrom(seed);
  const labels = Uint8Array.from({ length: count }, (_, image) => image % NUM_CLASSES);
  const spread = rng.fold("embeddings").normal(count * EMBED_DIM);
  const shade = rng.fold("images").uniform(count);
  const images = { channels: 3, height: SIDE, width: SIDE, count, labels, images: new Uint8Array(0) };
  const length = imageLength(images);
  const grain = rng.fold("grain").uniform(count * length);
  return {
    numAnswers: NUM_CLASSES,
    labels,
    decisions: labels.map((label, image) => (image % 8 < 7 ? label : (label + 1) % NUM_CLASSES)),
    embeddings: spread.map((value, i) => {
      const isOwn = i % EMBED_DIM === labels[Math.floor(i / EMBED_DIM)];
      return 0.3 * value + (isOwn ? 2 : -0.5);
    }),
    images: {
      ...images,
      images: Uint8Array.from({ length: count * length }, (_, i) => {
        const image = Math.floor(i / length);
        const channel = Math.floor(((i % length) * 3) / length);
        return Math.round(45 + 60 * shade[image]! + 30 * grain[i]! + (labels[image] === channel ? 100 : 0));
      }),
    },
  };
}

/** The images `first` up to `first + count` of a device. */
export function partOf(device: FixtureDevice, first: number, count: number): FixtureDevice {
  const rows = <T extends Uint8Array | Float32Array>(values: T): T => {
    const width = values.length / device.labels.length;
    return values.slice(first * width, (first + count) * width) as T;
  };
  const labels = rows(device.labels);
  return {
    numAnswers: NUM_CLASSES,
    labels,
    decisions: rows(device.decisions),
    embeddings: rows(device.embeddings),
    images: { ...device.images, count, labels, images: rows(device.images.images) },
  };
}

/** What is known of the images of a device. */
export function truthOf({ images, embeddings }: FixtureDevice): Truth {
  return { set: images, sizes: { numClasses: NUM_CLASSES }, sent: embeddings };
}

/** Classifier of the images: the channel that is brightest, or the last class when none is. */
export function brightestChannel(set: ImageSet): Uint8Array {
  const length = imageLength(set);
  return Uint8Array.from({ length: set.count }, (_, image) => {
    const means = [0, 1, 2].map((channel) => {
      const first = image * length + (channel * length) / 3;
      return set.images.subarray(first, first + length / 3).reduce((sum, value) => sum + value, 0);
    });
    const best = means.indexOf(Math.max(...means));
    return Math.max(...means) - Math.min(...means) > (40 * length) / 3 ? best : NUM_CLASSES - 1;
  });
}
