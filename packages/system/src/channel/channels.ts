// SPDX-License-Identifier: Apache-2.0
import { hintFor, SemlinkError } from "@semlink/engine";
import * as z from "zod";
import type { ChannelModel } from "./channel-model.ts";
import { type ChannelFamily, defineChannel } from "./define-channel.ts";
import { erasures } from "./erasures.ts";
import { rayleighBlockFading, rayleighFading, ricianFading } from "./fading.ts";
import { awgn, fadingForm, fadingText } from "./flat-channel.ts";
import type { ImpairmentFamily } from "./impairment.ts";
import { interference } from "./interference.ts";
import { iqImbalance } from "./iq-imbalance.ts";
import { ofdmChannel } from "./ofdm.ts";
import { carrierOffset, phaseNoise } from "./oscillator.ts";
import { quantizer } from "./quantizer.ts";
import { rappAmplifier } from "./rapp.ts";

/** Every kind of channel. To add one: a file and a line here. */
export const channelFamilies: readonly ChannelFamily[] = [
  defineChannel({
    name: "awgn",
    label: () => "AWGN",
    formula: "h = 1",
    variation: "steady",
    open: () => awgn,
  }),
  defineChannel({
    name: "rayleigh-block",
    label: () => "Rayleigh block fading",
    formula: "h ~ CN(0, 1), so E|h|² = 1; one gain per image",
    open: () => rayleighBlockFading,
  }),
  defineChannel({
    name: "rayleigh",
    label: ({ form }) => `Rayleigh fading, ${fadingText(form)}`,
    formula: "h ~ CN(0, 1), so E|h|² = 1; one gain per image, block or symbol",
    parameters: z.strictObject({ form: fadingForm }),
    open: ({ form }) => rayleighFading(form),
  }),
  defineChannel({
    name: "rician",
    label: ({ kFactorDb, form }) => `Rician fading, K = ${kFactorDb} dB, ${fadingText(form)}`,
    formula: "h = √(K/(K + 1)) e^(jφ) + CN(0, 1/(K + 1)), so E|h|² = 1 for every K",
    parameters: z.strictObject({
      kFactorDb: z.number().min(-40).max(40).default(6).describe("line of sight over scatter [dB]"),
      form: fadingForm,
    }),
    open: ({ kFactorDb, form }) => ricianFading(kFactorDb, form),
  }),
  defineChannel({
    name: "ofdm",
    label: ({ fftSize, cpLength, numTaps, delaySpread }) =>
      `OFDM over multipath, ${fftSize} subcarriers, prefix ${cpLength}, ${numTaps} taps, spread ${delaySpread}`,
    formula:
      "Rayleigh taps of an exponential profile, Σ E|h_l|² = 1; Es/N0 per subcarrier, without the cyclic prefix",
    parameters: z.strictObject({
      fftSize: z.int().min(2).max(4096).default(16).describe("subcarriers"),
      cpLength: z.int().min(0).max(4096).default(4).describe("cyclic prefix [samples]"),
      numTaps: z.int().min(1).max(64).default(4).describe("taps of the delay line"),
      delaySpread: z
        .number()
        .gt(0)
        .max(64)
        .default(1.5)
        .describe("of the exponential power profile [samples]"),
    }),
    open: ofdmChannel,
  }),
];

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

/**
 * The kind of channel of that name.
 *
 * @throws SemlinkError "unknown-channel" when there is none, naming those that exist
 */
export function channelFamilyNamed(name: string): ChannelFamily {
  const family = channelFamilies.find((candidate) => candidate.name === name);
  if (family) return family;
  const names = channelFamilies.map((candidate) => candidate.name);
  throw new SemlinkError({
    code: "unknown-channel",
    where: "channel",
    expected: names.join(" or "),
    actual: JSON.stringify(name),
    hint: hintFor(name, names),
  });
}

/**
 * The channel of that name with its default settings.
 *
 * @throws SemlinkError "unknown-channel" when there is none, naming those that exist
 */
export function channelNamed(name: string): ChannelModel {
  return channelFamilyNamed(name).open({});
}
