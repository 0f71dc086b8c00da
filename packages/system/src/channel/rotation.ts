// SPDX-License-Identifier: Apache-2.0
import { complex, concat, cos, sin, type Tensor } from "@semlink/engine";

/**
 * Symbols turned by a phase each, `y e^(j phase)`.
 *
 * @param symbols - [batch, numSymbols, 2]
 * @param phaseOf - phase of a symbol by its place in the batch, `image * numSymbols + symbol` [radians]
 */
export function rotate(symbols: Float32Array, phaseOf: (place: number) => number): Float32Array {
  const out = new Float32Array(symbols.length);
  for (let i = 0; i < symbols.length; i += 2) {
    const phase = phaseOf(i / 2);
    const [re, im] = [Math.cos(phase), Math.sin(phase)];
    out[i] = symbols[i]! * re - symbols[i + 1]! * im;
    out[i + 1] = symbols[i + 1]! * re + symbols[i]! * im;
  }
  return out;
}

/**
 * The differentiable twin of {@link rotate}.
 *
 * @param phases - [batch or 1, numSymbols, 1] [radians]
 */
export function rotateGraph(symbols: Tensor, phases: Tensor): Tensor {
  return complex.mul(concat([cos(phases), sin(phases)], { axis: 2 }), symbols);
}
