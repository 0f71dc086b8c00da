// SPDX-License-Identifier: Apache-2.0
import { carrierOffset } from "./carrier-offset.ts";
import { erasures } from "./erasures.ts";
import { interference } from "./interference.ts";
import { iqImbalance } from "./iq-imbalance.ts";
import { phaseNoise } from "./phase-noise.ts";
import { quantizer } from "./quantizer.ts";
import { rappAmplifier } from "./rapp.ts";
import type { ImpairmentFamily } from "./impairment.ts";

/** Every kind of impairment. To add one: a file and a line here. */
export const impairmentFamilies: readonly ImpairmentFamily[] = [
  rappAmplifier,
  iqImbalance,
  phaseNoise,
  carrierOffset,
  interference,
  erasures,
  quantizer,
];
