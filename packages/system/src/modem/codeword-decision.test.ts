// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { labelCode } from "../lines/label/label-codes.ts";
import { codewordLogLikelihoods, mostLikelyCodewords } from "./codeword-decision.ts";

const numClasses = 10;
const numSymbols = 4;
const stride = 2 * numSymbols;
const codebook = labelCode.codebook(numClasses, numSymbols);

interface Words {
  readonly sent: Uint32Array;
  readonly y: Float32Array;
  readonly h: Float32Array;
  readonly no: Float32Array;
}

/** Words through `y = h c + sqrt(no) n`; gain and noise level of a symbol as given. */
function transmitWords(numWords: number, h: Float32Array, no: Float32Array): Words {
  const sent = rngFrom(3).fold("labels").integers(numWords, numClasses);
  const noise = rngFrom(3)
    .fold("noise")
    .complexNormal(numWords * numSymbols);
  const y = Float32Array.from({ length: numWords * stride }, (_, i) => {
    const pair = i & ~1;
    const code = sent[Math.floor(i / stride)]! * stride + (pair % stride);
    const [re, im] = [codebook[code]!, codebook[code + 1]!];
    const faded = i % 2 === 0 ? h[pair]! * re - h[pair + 1]! * im : h[pair]! * im + h[pair + 1]! * re;
    return faded + Math.sqrt(no[i >> 1]!) * noise[i]!;
  });
  return { sent, y, h, no };
}

describe("codewordLogLikelihoods", () => {
  it("decides under block fading for the largest correlation Re <y, h c>", () => {
    const numWords = 300;
    const gains = rngFrom(2).complexNormal(numWords);
    const h = Float32Array.from(
      { length: numWords * stride },
      (_, i) => gains[2 * Math.floor(i / stride) + (i % 2)]!,
    );
    const words = transmitWords(numWords, h, new Float32Array(numWords * numSymbols).fill(0.6));
    const decided = mostLikelyCodewords(codewordLogLikelihoods(codebook, numSymbols, words), numClasses);
    const correlations = [...words.sent].map((_, word) => {
      const [gainRe, gainIm] = [gains[2 * word]!, gains[2 * word + 1]!];
      return Array.from({ length: numClasses }, (_unused, label) => {
        let sum = 0;
        for (let i = 0; i < stride; i += 2) {
          const [re, im] = [codebook[label * stride + i]!, codebook[label * stride + i + 1]!];
          sum += words.y[word * stride + i]! * (gainRe * re - gainIm * im);
          sum += words.y[word * stride + i + 1]! * (gainRe * im + gainIm * re);
        }
        return sum;
      });
    });
    expect([...decided]).toEqual(correlations.map((row) => row.indexOf(Math.max(...row))));
    expect([...decided]).not.toEqual([...words.sent]);
  });

  it("weighs each symbol by its own gain and noise: posteriors know how often they are right, within 5 sigma", () => {
    const numWords = 8000;
    const h = rngFrom(3)
      .fold("gain")
      .complexNormal(numWords * numSymbols);
    const no = Float32Array.from({ length: numWords * numSymbols }, (_, i) => [0.1, 0.5, 2, 5][i % 4]!);
    const { sent, ...received } = transmitWords(numWords, h, no);
    const likelihoods = codewordLogLikelihoods(codebook, numSymbols, received);
    const decided = mostLikelyCodewords(likelihoods, numClasses);
    let excess = 0;
    let variance = 0;
    decided.forEach((best, word) => {
      const row = likelihoods.subarray(word * numClasses, (word + 1) * numClasses);
      const p = 1 / row.reduce((sum, value) => sum + Math.exp(value - row[best]!), 0);
      excess += (best === sent[word] ? 1 : 0) - p;
      variance += p * (1 - p);
    });
    expect(Math.abs(excess)).toBeLessThan(5 * Math.sqrt(variance));
  });

  it("decides ties for the smaller index", () => {
    expect([...mostLikelyCodewords(Float64Array.of(-2, -1, -1, 0, 0, -5), 3)]).toEqual([1, 0]);
  });

  it("refuses values that are not finite and noise levels that are not positive, naming the index", () => {
    const [y, h, no] = [
      new Float32Array(8).fill(1),
      new Float32Array(8).fill(1),
      new Float32Array(4).fill(1),
    ];
    for (const [received, words] of [
      [{ y: y.with(3, NaN), h, no }, "NaN at index 3"],
      [{ y, h: h.with(7, Infinity), no }, "Infinity at index 7"],
      [{ y, h, no: no.with(2, 0) }, "0 at index 2"],
    ] as const) {
      expect(() => codewordLogLikelihoods(codebook, numSymbols, received)).toThrow(words);
    }
  });

  it.each([0, -1, 2.5])("refuses words of %d symbols", (count) => {
    const none = new Float32Array(0);
    expect(() => codewordLogLikelihoods(none, count, { y: none, h: none, no: none })).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });

  it("refuses likelihoods that are no whole rows", () => {
    expect(() => mostLikelyCodewords(new Float64Array(7), 3)).toThrow(
      expect.objectContaining({ code: "wrong-shape" }),
    );
  });

  it("refuses gains and noise levels that are not one for each symbol", () => {
    const y = new Float32Array(8);
    for (const received of [
      { y, h: new Float32Array(2), no: new Float32Array(4) },
      { y, h: y, no: new Float32Array(1) },
      { y: new Float32Array(6), h: new Float32Array(6), no: new Float32Array(3) },
    ]) {
      expect(() => codewordLogLikelihoods(codebook, numSymbols, received)).toThrow(
        expect.objectContaining({ code: "wrong-shape" }),
      );
    }
  });
});
