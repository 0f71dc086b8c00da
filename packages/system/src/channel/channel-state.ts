// SPDX-License-Identifier: Apache-2.0
import type { Rng, Tensor } from "@semlink/engine";
import { add, cast, complex, concat, div, greater, mul, sqrt } from "@semlink/engine";
import type { DrawOptions, Reception, ReceptionTensors } from "./channel-model.ts";
import { imageNoise, repeatBy } from "./image-noise.ts";

/**
 * What the receiver knows: nothing; Es/N0 alone; gain and noise level (perfect); a gain estimated from pilots; or the gain
 * of an earlier time, with correlation rho to the present one.
 */
export type ChannelStateInformation =
  | "none"
  | "es-no"
  | "perfect"
  | { readonly pilots: number; readonly estimator: "ls" | "mmse" }
  | { readonly rho: number };

/** Whether the knowledge of the gain is itself random, and so has a place in the draw. */
export function isEstimated(csi: ChannelStateInformation): csi is Exclude<ChannelStateInformation, string> {
  return typeof csi === "object";
}

/** Pilots that an image needs: Np for each gain that its symbols meet. A ledger counts them as channel uses. */
export function pilotsPerImage(csi: ChannelStateInformation, numGains: number): number {
  return isEstimated(csi) && "pilots" in csi ? csi.pilots * numGains : 0;
}

/**
 * `E|h - hHat|²` for E|h|² = 1: `no / Np` by least squares, `1 / (1 + Np / no)` by linear MMSE, `2 (1 - rho)` when aged,
 * 0 when perfect, 1 when the gain is not known.
 *
 * @param no - noise variance of a pilot, linear
 * @source METHODS: Tse & Viswanath 2005, section 3.5.2 (pilots); Jakes 1974 (ageing)
 */
export function estimationError(csi: ChannelStateInformation, no: number): number {
  if (csi === "perfect") return 0;
  if (!isEstimated(csi)) return 1;
  if ("rho" in csi) return 2 * (1 - csi.rho);
  return csi.estimator === "ls" ? no / csi.pilots : no / (csi.pilots + no);
}

/**
 * Es/N0 of the same error rate with a known gain when the gain is estimated by MMSE from pilots,
 * `(1 - s) g / (1 + s g)` with `g = 1 / no` and the error variance `s = 1 / (1 + Np g)`.
 *
 * @returns linear ratio
 * @source Hassibi & Hochwald 2003, How much training is needed in multiple-antenna wireless links?
 */
export function pilotEffectiveEsNo(no: number, pilots: number): number {
  const error = estimationError({ pilots, estimator: "mmse" }, no);
  return (1 - error) / (no + error);
}

/**
 * Random part of the estimate: one CN(0, 1) for each gain, spread over the symbols that share it.
 *
 * @returns [batch, 1, 2] for one gain per image, otherwise [batch, numSymbols, 2]
 */
export function drawEstimation(
  rng: Rng,
  images: DrawOptions,
  gainIndex: (symbol: number) => number,
  hasOneGain: boolean,
): Float32Array {
  const { batchSize, numSymbols } = images;
  if (hasOneGain) return imageNoise(rng, images, 1);
  let count = 0;
  for (let symbol = 0; symbol < numSymbols; symbol++) count = Math.max(count, gainIndex(symbol) + 1);
  return repeatBy(imageNoise(rng, images, count), batchSize, numSymbols, gainIndex);
}

/**
 * What arrived, with gain and noise level as the receiver believes them: the estimate for the gain, and the estimation
 * error added to the noise level. Without an estimate the gain counts as 1; with nothing known, so does the noise.
 *
 * An erased symbol, whose gain is exactly 0, stays known as such.
 *
 * @param pilotNo - [batch] noise variance of the pilots
 * @param estimation - [batch, 1 or numSymbols, 2] samples of CN(0, 1), read where {@link isEstimated}
 */
export function believed(
  csi: ChannelStateInformation,
  received: Reception,
  pilotNo: Float32Array,
  estimation: Float32Array | undefined,
): Reception {
  const { y, h, no } = received;
  if (csi === "perfect") return received;
  const batchSize = pilotNo.length;
  if (!isEstimated(csi)) {
    const gains = Float32Array.from({ length: 2 * batchSize }, (_, i) => (i % 2 === 0 ? 1 : 0));
    return { y, h: gains, no: csi === "none" ? new Float32Array(batchSize).fill(1) : no };
  }
  const count = Math.max(h.length, estimation!.length) / 2;
  const valueAt = (values: Float32Array, i: number): number =>
    values[2 * Math.floor((Math.floor(i / 2) * values.length) / 2 / count) + (i % 2)]!;
  const hHat = Float32Array.from({ length: 2 * count }, (_, i) => {
    const gain = valueAt(h, i);
    if (gain === 0 && valueAt(h, i ^ 1) === 0) return 0;
    const e = valueAt(estimation!, i);
    if ("rho" in csi) return csi.rho * gain + Math.sqrt(1 - csi.rho ** 2) * e;
    const pilot = pilotNo[Math.floor((i * batchSize) / (2 * count))]!;
    const estimate = gain + Math.sqrt(pilot / csi.pilots) * e;
    return csi.estimator === "ls" ? estimate : estimate * (csi.pilots / (csi.pilots + pilot));
  });
  const levels = no.map((level, i) => {
    return level + estimationError(csi, pilotNo[Math.floor((i * batchSize) / no.length)]!);
  });
  return { y, h: hHat, no: levels };
}

/** The differentiable twin of {@link believed}. */
export function believedGraph(
  csi: ChannelStateInformation,
  received: ReceptionTensors,
  pilotNo: Tensor,
  estimation: Tensor | undefined,
): ReceptionTensors {
  const { y, h, no } = received;
  if (csi === "perfect") return received;
  if (!isEstimated(csi)) {
    const nothing = mul(pilotNo, 0); // [batch, 1, 1]
    const one = add(nothing, 1);
    return { y, h: concat([one, nothing], { axis: 2 }), no: csi === "none" ? one : no };
  }
  // A gain of exactly 0 has the power 0 and stays 0.
  const isThere = cast(greater(complex.abs2(h), 0), "float32");
  if ("rho" in csi) {
    const aged = add(mul(h, csi.rho), mul(estimation!, Math.sqrt(1 - csi.rho ** 2)));
    return { y, h: mul(aged, isThere), no: add(no, estimationError(csi, 0)) };
  }
  const perPilot = mul(pilotNo, 1 / csi.pilots); // [batch, 1, 1]
  const estimate = mul(add(h, mul(estimation!, sqrt(perPilot))), isThere);
  if (csi.estimator === "ls") return { y, h: estimate, no: add(no, perPilot) };
  const trust = add(perPilot, 1);
  return { y, h: div(estimate, trust), no: add(no, div(perPilot, trust)) };
}
