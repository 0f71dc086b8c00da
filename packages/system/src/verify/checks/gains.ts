// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { type ChannelSpec, channelId, openChannel } from "../../channel/channel-spec.ts";
import { powerGain } from "../../channel/flat-channel.ts";
import { ofdmChannel } from "../../channel/ofdm.ts";
import type { Check, CheckFamily } from "../check.ts";

/** Where gains change, by the definition of each form: the first symbol of every block. */
const FORMS: readonly { readonly form: unknown; readonly blockOf: (symbol: number) => number }[] = [
  { form: "block", blockOf: () => 0 },
  { form: "fast", blockOf: (symbol) => symbol },
  ...[2, 3, 5].map((blockLength) => ({
    form: { blockLength },
    blockOf: (symbol: number) => Math.floor(symbol / blockLength),
  })),
];

const IMAGES = { batchSize: 20, numSymbols: 17 } as const;

/** Over which symbols a gain is the same, and how the power of a frequency-selective channel is spread over its taps. */
export const gainFamily: CheckFamily = {
  name: "gains",
  checks: () => [
    ...["rayleigh", "rician"].flatMap((model) =>
      FORMS.map(({ form, blockOf }) => blockCheck({ model, form }, blockOf)),
    ),
    ...[0.5, 2].flatMap((delaySpread) => [0, 1, 3].map((tap) => delayProfileCheck(delaySpread, tap))),
  ],
};

/** Neighbouring symbols share a gain, to the bit, where the form says so, and nowhere else. */
function blockCheck(spec: ChannelSpec, blockOf: (symbol: number) => number): Check {
  const { batchSize, numSymbols } = IMAGES;
  return {
    kind: "exact",
    name: channelId(spec),
    quantity: "neighbouring symbols whose gains are equal or not against the form of fading",
    theory: 0,
    tolerance: 0,
    n: batchSize * (numSymbols - 1),
    source: "Tse & Viswanath 2005, section 5.4.5: block fading",
    measure: () => {
      const channel = openChannel(spec);
      const sent = { x: new Float32Array(2 * batchSize * numSymbols), no: new Float32Array(batchSize) };
      const { h } = channel.apply(sent, channel.draw(rngFrom(1).fold("blocks"), IMAGES));
      const perImage = h.length / 2 / batchSize;
      const gainOf = (image: number, symbol: number): string => {
        const gain = 2 * (image * perImage + (perImage === 1 ? 0 : symbol));
        return `${h[gain]} ${h[gain + 1]}`;
      };
      let wrong = 0;
      for (let image = 0; image < batchSize; image++) {
        for (let symbol = 1; symbol < numSymbols; symbol++) {
          const isShared = gainOf(image, symbol) === gainOf(image, symbol - 1);
          const isOneBlock = blockOf(symbol) === blockOf(symbol - 1);
          if (isShared !== isOneBlock || channel.gainIndex(symbol) !== blockOf(symbol)) wrong += 1;
        }
      }
      return wrong;
    },
  };
}

const NUM_TAPS = 4;

/** Mean power of a tap, `e^(-l / s) / sum_k e^(-k / s)` for delay spread s [samples]. */
function delayProfileCheck(delaySpread: number, tap: number): Check {
  const weights = Array.from({ length: NUM_TAPS }, (_, l) => Math.exp(-l / delaySpread));
  return {
    kind: "mean",
    isCheap: true,
    name: `${NUM_TAPS} taps, delay spread ${delaySpread}, tap ${tap}`,
    quantity: "mean power of the tap",
    theory: weights[tap]! / weights.reduce((sum, weight) => sum + weight, 0),
    source: "exponential power delay profile, METHODS of the channel: E|h_l|^2 ~ e^(-l / s)",
    sample: (rng) => {
      const images = { batchSize: 2000, numSymbols: 1 };
      const channel = ofdmChannel({ fftSize: 8, cpLength: 4, numTaps: NUM_TAPS, delaySpread });
      const taps = channel.draw(rng, images)["taps"]!;
      return Float64Array.from({ length: images.batchSize }, (_, image) =>
        powerGain(taps, image * NUM_TAPS + tap),
      );
    },
  };
}
