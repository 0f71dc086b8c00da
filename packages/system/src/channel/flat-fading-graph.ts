// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, complex, mul, sqrt } from "@semlink/engine";
import type { ReceptionTensors, TransmissionTensors } from "./channel-model.ts";
import { type EqualizedTensors, equalizeGraph } from "./equalizer-graph.ts";

/** One transmission over a flat channel in a graph. */
export interface FlatFadingLink extends TransmissionTensors {
  /** [batch, 1 or numSymbols, 2] gains */
  readonly h: Tensor;
  /** [batch, numSymbols, 2] samples of CN(0, 1) */
  readonly noise: Tensor;
}

/** The differentiable twin of `applyFlatFading`: `y = h x + √no · noise`, with gain and noise level known. */
export function flatFadingGraph({ x, h, noise, no }: FlatFadingLink): ReceptionTensors {
  return { y: add(complex.mul(h, x), mul(noise, sqrt(no))), h, no };
}

/**
 * The differentiable twin of `applyFlatFading`, `mmseEqualize` and `postEqualiserEsNoDb`:
 * `y = h x + √no · noise`, `xHat = conj(h) y / (|h|² + no)`, `10 log10(|h|² / no)`.
 *
 * @returns xHat [batch, numSymbols, 2], equalizedEsNoDb [batch, 1]
 * @source Tse & Viswanath 2005, section 8.3.3, for one antenna
 */
export function transmitFlatFading(link: FlatFadingLink): EqualizedTensors {
  return equalizeGraph("mmse", flatFadingGraph(link));
}
