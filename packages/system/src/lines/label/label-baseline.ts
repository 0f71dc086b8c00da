// SPDX-License-Identifier: Apache-2.0
import type { Baseline, Sending } from "../baseline.ts";
import { encodeLabels, type LabelLine, transmitLabels } from "./label-line.ts";

/** A label line as a {@link Baseline}: one codeword for the device's own decision. */
export function labelBaseline(line: LabelLine): Baseline {
  return {
    name: line.name,
    label: line.label,
    role: "baseline",
    supports: () => true,
    async prepare({ predictions, numClasses }) {
      const codebooks = new Map<number, Float32Array>();
      const codebookOf = (numSymbols: number): Float32Array => {
        const codebook = codebooks.get(numSymbols) ?? line.codebook(numClasses, numSymbols);
        codebooks.set(numSymbols, codebook);
        return codebook;
      };
      return {
        async transmit({ numSymbols, ...rest }: Sending) {
          const codebook = codebookOf(numSymbols);
          const transmission = { ...rest, codebook, numClasses, predictedLabels: predictions };
          return { decisions: transmitLabels(transmission), sent: encodeLabels(transmission) };
        },
      };
    },
    ledger: ({ numClasses, maxSymbols }) => {
      const size = numClasses * maxSymbols * 2;
      const note = "correlations with every codeword of the longest code";
      return [
        {
          part: `${line.name} codebook`,
          side: "receiver",
          line: line.name,
          params: size,
          macs: size,
          note,
        },
      ];
    },
  };
}
