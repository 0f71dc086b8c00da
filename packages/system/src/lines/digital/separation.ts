// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { ImageFormat, SeparationClassifier } from "./separation-config.ts";
import { type Baseline, type DeviceOutputs, requiredOutput } from "../baseline.ts";
import { codedModes, codedPipe } from "./coded-pipe.ts";
import {
  type Classifier,
  compressedMessages,
  compressImages,
  imageBytes,
  imageSettings,
} from "./compressed-images.ts";
import { digitalBaseline, type PlanFor } from "./digital-baseline.ts";
import { digitalLabels } from "./digital-labels.ts";

/** What the separation line needs beside the images. */
export interface SeparationOptions {
  readonly formats: readonly ImageFormat[];
  /** Longest transmission that will be asked for [complex symbols]: images that it cannot carry are not kept. */
  readonly maxSymbols: number;
  /** The network that sees the decoded image, and what it costs. */
  readonly classify: Classifier;
  readonly classifier: {
    readonly kind: SeparationClassifier;
    readonly name: string;
    readonly params: number;
    readonly macs: number;
  };
  /** Validation images, for the choice of the mode. */
  readonly selection: { readonly device: DeviceOutputs; readonly labels: Uint8Array };
  readonly rng: Rng;
  readonly planFor?: PlanFor;
}

/**
 * Separate source and channel coding: the image by an image format at the best quality that fits, 5G LDPC code, QAM; the
 * receiver decodes the image and classifies it.
 *
 * Containers are not sent, see `withoutContainer`; number of the setting, length and check bits are. Budgets of a few
 * hundred bits hold no image: the line is chance there.
 *
 * @source Shannon 1959 (separation); Bourtsoulatze, Kurka & Gunduz 2019 (as a baseline)
 */
export function separation(options: SeparationOptions): Baseline {
  const { formats, maxSymbols, classify, classifier, selection, rng, planFor } = options;
  const ladders = imageSettings(formats);
  const numSettings = ladders.flat().length;
  const maxBits = codedModes(maxSymbols).reduce((most, mode) => Math.max(most, mode.numPayloadBits), 0);
  const name = `separation-${classifier.kind}` as const;
  return digitalBaseline({
    ...{ name, label: digitalLabels[name], role: "digital", pipe: codedPipe(), selection, rng },
    ...(planFor ? { planFor } : {}),
    async source(device) {
      const images = requiredOutput(name, device, "images");
      const compressed = await compressImages(images, ladders, Math.floor(maxBits / 8), classify);
      return compressedMessages(compressed, images.count, numSettings);
    },
    ledger: () => [
      {
        part: `${name} classifier (${classifier.name})`,
        side: "receiver",
        line: name,
        params: classifier.params,
        macs: classifier.macs,
        note: "on the decoded image; image codec and LDPC have no multiplications that are counted",
      },
    ],
  });
}

/** Sizes that an image may have in the messages of some lengths, ascending [bytes]; empty where none holds an image. */
export function imageBudgets(lengths: readonly number[], formats: readonly ImageFormat[]): number[] {
  const numSettings = imageSettings(formats).flat().length;
  const sizes = lengths.flatMap((numSymbols) =>
    codedModes(numSymbols).map(({ numPayloadBits }) => imageBytes(numSettings, numPayloadBits)),
  );
  return [...new Set(sizes)].filter((size) => size >= 1).sort((a, b) => a - b);
}
