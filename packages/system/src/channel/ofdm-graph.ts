// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, complex, concat, constant, matmul, mul, pad, reshape, slice, sqrt } from "@semlink/engine";
import type { ReceptionTensors, TransmissionTensors } from "./channel-model.ts";
import type { OfdmSystem } from "./ofdm.ts";

/**
 * The differentiable twin of OFDM over a tapped delay line.
 *
 * @param taps - [batch, numTaps, 2]
 * @param noise - [batch, numSamples, 2]
 */
export function ofdmGraph(
  system: OfdmSystem,
  { x, no }: TransmissionTensors,
  taps: Tensor,
  noise: Tensor,
): ReceptionTensors {
  const { fftSize, cpLength, numTaps, toTime, toFrequency, tapsToGains } = system;
  const [batch = 1] = x.shape;
  const numSymbols = Number(x.shape[1]);
  const numBlocks = Math.ceil(numSymbols / fftSize);
  const length = numBlocks * (fftSize + cpLength);
  const silent = numBlocks * fftSize - numSymbols;
  const loaded = pad(x, {
    pads: [
      [0, 0],
      [0, silent],
      [0, 0],
    ],
  });
  const time = times(reshape(loaded, [batch, numBlocks, 2 * fftSize]), toTime);
  const prefixed = withPrefix(reshape(time, [batch, numBlocks, fftSize, 2]), cpLength);
  const samples = reshape(prefixed, [batch, length, 2]);
  const received = add(convolution(samples, taps, length, numTaps), mul(noise, sqrt(no)));
  const blocks = reshape(received, [batch, numBlocks, fftSize + cpLength, 2]);
  const bare = reshape(slice(blocks, { axis: 2, start: cpLength }), [batch, numBlocks, 2 * fftSize]);
  const y = reshape(times(bare, toFrequency), [batch, numBlocks * fftSize, 2]);
  const gains = times(reshape(taps, [batch, 1, 2 * numTaps]), tapsToGains); // [batch, 1, 2 fftSize]
  const ofBlocks = concat(
    Array.from({ length: numBlocks }, () => gains),
    { axis: 1 },
  );
  const h = reshape(ofBlocks, [batch, numBlocks * fftSize, 2]);
  return { y: slice(y, { axis: 1, end: numSymbols }), h: slice(h, { axis: 1, end: numSymbols }), no };
}

function times(rows: Tensor, matrix: Float64Array): Tensor {
  const inner = Number(rows.shape.at(-1));
  return matmul(rows, constant([...matrix], [inner, matrix.length / inner]));
}

/** [batch, numBlocks, fftSize, 2] with the end of each block before it. */
function withPrefix(blocks: Tensor, cpLength: number): Tensor {
  const fftSize = Number(blocks.shape[2]);
  const rest = cpLength % fftSize;
  const whole = Array.from({ length: 1 + Math.floor(cpLength / fftSize) }, () => blocks);
  const parts = rest === 0 ? whole : [slice(blocks, { axis: 2, start: fftSize - rest }), ...whole];
  return parts.length === 1 ? blocks : concat(parts, { axis: 2 });
}

/** `y_t = sum_l h_l x_(t - l)` with silence before the first sample. */
function convolution(samples: Tensor, taps: Tensor, length: number, numTaps: number): Tensor {
  const paths = Array.from({ length: Math.min(numTaps, length) }, (_, delay) => {
    const kept = delay === 0 ? samples : slice(samples, { axis: 1, end: length - delay });
    const delayed = pad(kept, {
      pads: [
        [0, 0],
        [delay, 0],
        [0, 0],
      ],
    });
    return complex.mul(slice(taps, { axis: 1, start: delay, end: delay + 1 }), delayed);
  });
  return paths.reduce((sum, path) => add(sum, path));
}
