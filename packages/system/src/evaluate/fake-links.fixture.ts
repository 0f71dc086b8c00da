// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { symbolPrefix } from "../channel/channel-model.ts";
import type { Link } from "../link/link.ts";

const released = (): Promise<void> => Promise.resolve();

/**
 * The embedding itself as symbols, two values each, and the equalised symbols as the embedding: every figure of it
 * has a closed form. Embeddings must have a squared norm of half their width, so that power is 1.
 *
 * @param decide - logits [batch, numClasses] from received embeddings
 */
export function analogLink(embedDim: number, decide: (embedding: Float32Array) => Float32Array): Link {
  return {
    maxSymbols: embedDim / 2,
    lengths: [embedDim / 2],
    encode: (embedding) => Promise.resolve(embedding),
    decode: ({ xHat }) => Promise.resolve({ embedding: xHat, logits: decide(xHat) }),
    release: released,
  };
}

/**
 * A label by one codeword per class, decided by correlation, sent instead of the embedding.
 *
 * @param codebook - [numClasses, maxSymbols, 2]; prefixes are codebooks too
 * @param labelOf - label that an embedding stands for
 */
export function codewordLink(
  codebook: Float32Array,
  numClasses: number,
  lengths: readonly number[],
  labelOf: (embedding: Float32Array) => number,
): Link {
  const maxSymbols = lengths[lengths.length - 1]!;
  return {
    maxSymbols,
    lengths,
    encode(embedding, batchSize) {
      const width = embedding.length / batchSize;
      const words = Array.from({ length: batchSize }, (_, image) => {
        const label = labelOf(embedding.subarray(image * width, (image + 1) * width));
        return [...codebook.subarray(label * maxSymbols * 2, (label + 1) * maxSymbols * 2)];
      });
      return Promise.resolve(Float32Array.from(words.flat()));
    },
    decode({ xHat, equalizedEsNoDb, numSymbols }) {
      const words = symbolPrefix(codebook, numClasses, numSymbols);
      const stride = 2 * numSymbols;
      const logits = Float32Array.from({ length: equalizedEsNoDb.length * numClasses }, (_, i) => {
        const [image, label] = [Math.floor(i / numClasses), i % numClasses];
        let correlation = 0;
        for (let s = 0; s < stride; s++)
          correlation += xHat[image * stride + s]! * words[label * stride + s]!;
        return correlation;
      });
      return Promise.resolve({ embedding: new Float32Array(equalizedEsNoDb.length), logits });
    },
    release: released,
  };
}

/** Answers with noise, whatever was sent. */
export function noiseLink(embedDim: number, numClasses: number): Link {
  let numCalls = 0;
  return {
    maxSymbols: 2,
    lengths: [2],
    encode: (_embedding, batchSize) => Promise.resolve(new Float32Array(batchSize * 4).fill(Math.SQRT1_2)),
    decode({ equalizedEsNoDb }) {
      const rng = rngFrom(7).fold(numCalls++);
      const batchSize = equalizedEsNoDb.length;
      return Promise.resolve({
        embedding: rng.fold("embedding").normal(batchSize * embedDim),
        logits: rng.fold("logits").normal(batchSize * numClasses),
      });
    },
    release: released,
  };
}
