// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { imageNoise } from "../../channel/image-noise.ts";
import { ofdmChannel } from "../../channel/ofdm.ts";
import type { Check, CheckFamily } from "../check.ts";

const IMAGES = { batchSize: 20, numSymbols: 40 } as const;
const CASES = [
  { fftSize: 16, cpLength: 3, numTaps: 4 },
  { fftSize: 7, cpLength: 9, numTaps: 6 },
] as const;

/** OFDM with a long enough prefix against flat fading on each subcarrier. */
export const ofdmChecks: CheckFamily = { name: "ofdm", checks: () => CASES.map(flatCheck) };

function flatCheck(sizes: (typeof CASES)[number]): Check {
  const { fftSize, cpLength, numTaps } = sizes;
  return {
    ...{
      kind: "exact",
      name: `${fftSize} subcarriers, prefix ${cpLength}, ${numTaps} taps`,
      tolerance: 2e-5,
    },
    ...{ quantity: "largest |y - H x|", theory: 0, n: IMAGES.batchSize * IMAGES.numSymbols },
    source: "Tse & Viswanath 2005, section 3.4.4",
    measure() {
      const channel = ofdmChannel({ ...sizes, delaySpread: 2 });
      const rng = rngFrom(1).fold("ofdm is flat");
      const x = imageNoise(rng.fold("symbols sent"), IMAGES, IMAGES.numSymbols);
      const draw = channel.draw(rng, IMAGES);
      const { y } = channel.apply({ x, no: new Float32Array(IMAGES.batchSize) }, draw);
      let largest = 0;
      for (let place = 0; place < x.length / 2; place++) {
        const subcarrier = (place % IMAGES.numSymbols) % fftSize;
        const [re, im] = gainAt(
          draw["taps"]!,
          Math.floor(place / IMAGES.numSymbols),
          subcarrier / fftSize,
          numTaps,
        );
        const [xRe, xIm] = [x[2 * place]!, x[2 * place + 1]!];
        const error = Math.hypot(
          y[2 * place]! - re * xRe + im * xIm,
          y[2 * place + 1]! - re * xIm - im * xRe,
        );
        largest = Math.max(largest, error);
      }
      return largest;
    },
  };
}

/** `sum_l h_l e^(-j 2 pi f l)` of an image, f in cycles per sample. */
function gainAt(
  taps: Float32Array,
  image: number,
  frequency: number,
  numTaps: number,
): [re: number, im: number] {
  let [re, im] = [0, 0];
  for (let tap = 0; tap < numTaps; tap++) {
    const i = 2 * (image * numTaps + tap);
    const [cosine, sine] = [
      Math.cos(2 * Math.PI * frequency * tap),
      -Math.sin(2 * Math.PI * frequency * tap),
    ];
    re += taps[i]! * cosine - taps[i + 1]! * sine;
    im += taps[i]! * sine + taps[i + 1]! * cosine;
  }
  return [re, im];
}
