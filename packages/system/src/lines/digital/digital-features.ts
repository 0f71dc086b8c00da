// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import { predictionsOf } from "../../evaluate/embedding-fidelity.ts";
import type { DigitalLineName } from "../baseline-names.ts";
import type { LinearHead } from "../../teacher/teacher.ts";
import { type Baseline, type DeviceOutputs, requiredOutput } from "../baseline.ts";
import type { BitPipe, PipeMode } from "./bit-pipe.ts";
import { capacityPipe } from "./capacity-pipe.ts";
import { codedPipe } from "./coded-pipe.ts";
import { digitalBaseline, type PlanFor, type Messages, type MessageSource } from "./digital-baseline.ts";
import { digitalLabels } from "./digital-labels.ts";
import { allocateBits, quantize, type TransformCode, transformCode } from "./transform-code.ts";

/** What the lines of digital features need beside the images. */
export interface DigitalFeaturesOptions {
  /** [count, embedDim] embeddings of training images, for axes and quantisers */
  readonly trainingEmbeddings: Float32Array;
  readonly embedDim: number;
  /** The device's own head on embeddings, which the receiver uses. */
  readonly head: LinearHead;
  /** Validation images with embeddings, for the choice of the mode. */
  readonly selection: { readonly device: DeviceOutputs; readonly labels: Uint8Array };
  readonly rng: Rng;
  readonly planFor?: PlanFor;
}

/**
 * The embedding as bits: principal axes, Lloyd-Max quantisers with the bits shared out among them, 5G LDPC code and QAM; and
 * the same bits at capacity, without errors, which no code of this length reaches.
 *
 * There is no length field: the mode alone says how many bits each axis has.
 */
export function digitalFeatures(options: DigitalFeaturesOptions): readonly Baseline[] {
  const { trainingEmbeddings, embedDim, head, selection, rng, planFor } = options;
  const code = transformCode(trainingEmbeddings, embedDim);
  const numClasses = head.bias.length;
  const lineOf = <Mode extends PipeMode>(
    name: Extract<DigitalLineName, "digital-features" | "digital-features-capacity">,
    role: Baseline["role"],
    pipe: BitPipe<Mode>,
  ): Baseline =>
    digitalBaseline({
      ...{ name, label: digitalLabels[name], role, pipe, selection, rng },
      ...(planFor ? { planFor } : {}),
      source: async (device) => featureSource(code, head, requiredOutput(name, device, "embeddings")),
      ledger: () => [
        {
          part: `${name} axes`,
          side: "device",
          line: name,
          params: embedDim * embedDim,
          macs: embedDim * embedDim,
          note: "all principal axes; quantisers and code have no multiplications that are counted",
        },
        {
          part: `${name} axes and head`,
          side: "receiver",
          line: name,
          params: embedDim * (embedDim + numClasses) + numClasses,
          macs: embedDim * (embedDim + numClasses),
        },
      ],
    });
  return [
    lineOf("digital-features", "digital", codedPipe()),
    lineOf("digital-features-capacity", "bound", capacityPipe()),
  ];
}

function featureSource(code: TransformCode, head: LinearHead, embeddings: Float32Array): MessageSource {
  const count = embeddings.length / code.mean.length;
  let last: { readonly numBits: number; readonly messages: Messages } | null = null;
  const make = (numBits: number): Messages => {
    const quantized = quantize(code, embeddings, allocateBits(code, numBits));
    const length = quantized.payload.length / count;
    const payload = new Uint8Array(count * numBits); // what the quantisers leave is zeros
    for (let image = 0; image < count; image++) {
      payload.set(quantized.payload.subarray(image * length, (image + 1) * length), image * numBits);
    }
    const decisions = predictionsOf(logitsOf(head, quantized.embeddings), head.bias.length);
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

/** `W e + b` [batch, numClasses]. */
function logitsOf({ weight, bias }: LinearHead, embeddings: Float32Array): Float32Array {
  const numClasses = bias.length;
  const embedDim = weight.length / numClasses;
  return Float32Array.from({ length: (embeddings.length / embedDim) * numClasses }, (_, i) => {
    const [row, label] = [Math.floor(i / numClasses) * embedDim, i % numClasses];
    let sum = bias[label]!;
    for (let d = 0; d < embedDim; d++) sum += weight[label * embedDim + d]! * embeddings[row + d]!;
    return sum;
  });
}
