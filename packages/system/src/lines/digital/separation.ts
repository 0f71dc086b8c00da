// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { ImageFormat, SeparationClassifier } from "./separation-config.ts";
import { type Line, requiredOutput } from "../line.ts";
import { codedModes, codedPipe } from "./bit-pipe.ts";
import {
  type Classifier,
  compressedMessages,
  compressImages,
  imageBytes,
  imageSettings,
} from "./compressed-images.ts";
import { DIGITAL_CONVENTION, digitalLineOf, type PlanFor, type Selection } from "./digital-line.ts";
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
  readonly selection: Selection;
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
export function separation(options: SeparationOptions): Line {
  const { formats, maxSymbols, classify, classifier, selection, rng, planFor } = options;
  const ladders = imageSettings(formats);
  const numSettings = ladders.flat().length;
  const maxBits = codedModes(maxSymbols).reduce((most, mode) => Math.max(most, mode.numPayloadBits), 0);
  const name = `separation-${classifier.kind}` as const;
  return digitalLineOf({
    name,
    label: digitalLabels[name],
    role: "digital",
    pipe: codedPipe(),
    selection,
    rng,
    receives: ["decision"],
    convention: `image codec, LDPC, QAM: each image at the best quality that fits its message, without the container, which follows from the setting; number of the setting, length and check bits are counted; the decoded image is judged by the teacher, by the device's student, or by that student fine-tuned on training images compressed to the byte budgets of these messages; images that fit no message are guesses, so the line is chance at few symbols; ${DIGITAL_CONVENTION}`,
    ...(planFor ? { planFor } : {}),
    async source(device) {
      const images = requiredOutput(name, device, "images");
      const compressed = await compressImages(images, ladders, Math.floor(maxBits / 8), classify);
      return compressedMessages(compressed, images.count, numSettings);
    },
    ledger: () => [
      {
        line: name,
        part: `rival ${name} classifier (${classifier.name})`,
        side: "receiver",
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
