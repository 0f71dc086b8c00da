// SPDX-License-Identifier: Apache-2.0
import { rngFrom, SemlinkError } from "@semlink/engine";
import { symbolPrefix } from "../channel/channel-model.ts";
import { tinyCard } from "../link/link-card.fixture.ts";
import type { Link } from "../link/link.ts";

const released = (): Promise<void> => Promise.resolve();

/** The parts of a link that follow from its lengths. */
function ofLengths(lengths: readonly number[]): Pick<Link, "card" | "lengths" | "maxSymbols" | "release"> {
  return { card: tinyCard({ lengths }), lengths, maxSymbols: lengths.at(-1)!, release: released };
}

/**
 * The embedding itself as symbols, two values each, and the equalised symbols as the embedding: every figure of it
 * has a closed form. Embeddings must have a squared norm of half their width, so that power is 1.
 *
 * @param decide - logits [batch, numClasses] from received embeddings
 */
export function analogLink(embedDim: number, decide: (embedding: Float32Array) => Float32Array): Link {
  return {
    ...ofLengths([embedDim / 2]),
    encode: (embedding) => Promise.resolve(embedding),
    decode: ({ symbols }) => Promise.resolve({ embedding: symbols, answer: decide(symbols) }),
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
  const common = ofLengths(lengths);
  const { maxSymbols } = common;
  return {
    ...common,
    encode(embedding, { batchSize }) {
      const width = embedding.length / batchSize;
      const words = Array.from({ length: batchSize }, (_, image) => {
        const label = labelOf(embedding.subarray(image * width, (image + 1) * width));
        return [...codebook.subarray(label * maxSymbols * 2, (label + 1) * maxSymbols * 2)];
      });
      return Promise.resolve(Float32Array.from(words.flat()));
    },
    async decode({ symbols, batchSize, numSymbols }) {
      if (!lengths.includes(numSymbols)) throw unknownLength(numSymbols);
      const words = symbolPrefix(codebook, numClasses, numSymbols);
      const stride = 2 * numSymbols;
      const answer = Float32Array.from({ length: batchSize * numClasses }, (_, i) => {
        const [image, label] = [Math.floor(i / numClasses), i % numClasses];
        let correlation = 0;
        for (let s = 0; s < stride; s++)
          correlation += symbols[image * stride + s]! * words[label * stride + s]!;
        return correlation;
      });
      return { answer };
    },
  };
}

function unknownLength(numSymbols: number): SemlinkError {
  const told = { where: "codewordLink", expected: "one of its lengths", actual: `${numSymbols}` };
  return new SemlinkError({ code: "unknown-length", ...told });
}

/** {@link codewordLink} whose receiver takes symbols, gains and noise levels as they arrive: it turns phases back itself. */
export function rawCodewordLink(...told: Parameters<typeof codewordLink>): Link {
  const link = codewordLink(...told);
  return {
    ...link,
    card: { ...link.card, reception: "raw" },
    decode({ symbols: y, gain, no, ...rest }) {
      if (!gain || !no) throw new TypeError("a raw receiver takes gain and noise level");
      const turned = y.map((_, i) => {
        const symbol = i - (i % 2);
        const [re, im] = [gain[symbol]!, gain[symbol + 1]!];
        const [own, other] = [y[i]!, i % 2 === 0 ? y[symbol + 1]! : -y[symbol]!];
        return (re * own + im * other) / no[symbol / 2]!;
      });
      return link.decode({ ...rest, symbols: turned });
    },
  };
}

/** Answers with noise, whatever was sent. */
export function noiseLink(embedDim: number, numClasses: number): Link {
  let numCalls = 0;
  return {
    ...ofLengths([2]),
    encode: (_embedding, { batchSize }) =>
      Promise.resolve(new Float32Array(batchSize * 4).fill(Math.SQRT1_2)),
    decode({ batchSize }) {
      const rng = rngFrom(7).fold(numCalls++);
      return Promise.resolve({
        embedding: rng.fold("embedding").normal(batchSize * embedDim),
        answer: rng.fold("answer").normal(batchSize * numClasses),
      });
    },
  };
}
