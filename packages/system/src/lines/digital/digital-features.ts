// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { DigitalLineName } from "../line-names.ts";
import type { LinearMap } from "../../task/task.ts";
import { type Line, requiredOutput } from "../line.ts";
import { type BitPipe, capacityPipe, codedPipe, type PipeMode } from "./bit-pipe.ts";
import {
  DIGITAL_CONVENTION,
  digitalLineOf,
  type Messages,
  type MessageSource,
  type PlanFor,
  type Selection,
} from "./digital-line.ts";
import { digitalLabels } from "./digital-labels.ts";
import { allocateBits, quantize, type TransformCode, transformCode } from "./transform-code.ts";

/** What the lines of digital features need beside the images. */
export interface DigitalFeaturesOptions {
  /** [count, embedDim] embeddings of training images, for axes and quantisers */
  readonly trainingEmbeddings: Float32Array;
  readonly embedDim: number;
  /** The device's own head on embeddings, which the receiver uses. */
  readonly head: LinearMap;
  /** What is decided for, from answers [count, answerDim]. */
  readonly decide: (answers: Float32Array) => Uint8Array;
  /** Validation items with embeddings, for the choice of the mode. */
  readonly selection: Selection;
  readonly rng: Rng;
  readonly planFor?: PlanFor;
}

/**
 * The embedding as bits: principal axes, Lloyd-Max quantisers with the bits shared out among them, 5G LDPC code and QAM; and
 * the same bits at capacity, without errors, which no code of this length reaches.
 *
 * There is no length field: the mode alone says how many bits each axis has.
 */
export function digitalFeatures(options: DigitalFeaturesOptions): readonly Line[] {
  const { trainingEmbeddings, embedDim, head, decide, selection, rng, planFor } = options;
  const code = transformCode(trainingEmbeddings, embedDim);
  const answerDim = head.bias.length;
  const lineOf = <Mode extends PipeMode>(
    name: Extract<DigitalLineName, "digital-features" | "digital-features-capacity">,
    role: Line["role"],
    pipe: BitPipe<Mode>,
    convention: string,
  ): Line =>
    digitalLineOf({
      name,
      label: digitalLabels[name],
      role,
      pipe,
      selection,
      rng,
      convention,
      receives: ["decision", "embedding"],
      ...(planFor ? { planFor } : {}),
      source: async (device) => featureSource(code, head, decide, requiredOutput(name, device, "embeddings")),
      ledger: () => [
        {
          line: name,
          part: `rival ${name} axes`,
          side: "device",
          params: embedDim * embedDim,
          macs: embedDim * embedDim,
          note: "all principal axes; quantisers and code have no multiplications that are counted",
        },
        {
          line: name,
          part: `rival ${name} axes and head`,
          side: "receiver",
          params: embedDim * (embedDim + answerDim) + answerDim,
          macs: embedDim * (embedDim + answerDim),
        },
      ],
    });
  return [
    lineOf(
      "digital-features",
      "digital",
      codedPipe(),
      `digital features: principal axes and Lloyd-Max quantisers of training embeddings, 5G LDPC code with its check bits, QAM; ${DIGITAL_CONVENTION}`,
    ),
    lineOf(
      "digital-features-capacity",
      "bound",
      capacityPipe(),
      "digital features at capacity: the same bits without check bits, without errors where the image's symbols carry them; the rate is chosen on validation images; a limit",
    ),
  ];
}

function featureSource(
  code: TransformCode,
  head: LinearMap,
  decide: (answers: Float32Array) => Uint8Array,
  embeddings: Float32Array,
): MessageSource {
  const count = embeddings.length / code.mean.length;
  let last: { readonly numBits: number; readonly messages: Messages } | null = null;
  const make = (numBits: number): Messages => {
    const quantized = quantize(code, embeddings, allocateBits(code, numBits));
    const length = quantized.payload.length / count;
    const payload = new Uint8Array(count * numBits); // what the quantisers leave is zeros
    for (let image = 0; image < count; image++) {
      payload.set(quantized.payload.subarray(image * length, (image + 1) * length), image * numBits);
    }
    const decisions = decide(answersOf(head, quantized.embeddings));
    return { payload, decisions, embeddings: quantized.embeddings };
  };
  return {
    assumed: code.mean,
    messages(numBits) {
      if (last?.numBits !== numBits) last = { numBits, messages: make(numBits) };
      return last.messages;
    },
  };
}

/** `W e + b` [batch, answerDim]. */
function answersOf({ weight, bias }: LinearMap, embeddings: Float32Array): Float32Array {
  const answerDim = bias.length;
  const embedDim = weight.length / answerDim;
  return Float32Array.from({ length: (embeddings.length / embedDim) * answerDim }, (_, i) => {
    const [row, answer] = [Math.floor(i / answerDim) * embedDim, i % answerDim];
    let sum = bias[answer]!;
    for (let d = 0; d < embedDim; d++) sum += weight[answer * embedDim + d]! * embeddings[row + d]!;
    return sum;
  });
}
