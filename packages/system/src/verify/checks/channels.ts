// SPDX-License-Identifier: Apache-2.0
import { channelId, type ChannelObject, openChannel } from "../../channel/channel-spec.ts";
import { channelChecks } from "../channel-checks.ts";
import type { CheckFamily } from "../check.ts";

/** Every form of every kind of channel, and one with each impairment. */
const SPECS: readonly (string | ChannelObject)[] = [
  "awgn",
  "rayleigh-block",
  { model: "rayleigh", form: { blockLength: 2 } },
  { model: "rayleigh", form: "fast" },
  { model: "rician", kFactorDb: 0, form: "block" },
  { model: "rician", kFactorDb: 10, form: "fast" },
  { model: "ofdm", fftSize: 8, cpLength: 3, numTaps: 4 },
  {
    model: "rayleigh-block",
    impairments: [
      { impairment: "rapp" },
      ...["iq-imbalance", "phase-noise", "carrier-offset", "interference", "erasures", "quantizer"].map(
        (impairment) => ({
          impairment,
        }),
      ),
    ],
  },
];

/** Noise, gain, outage and capacity of the channels, and the laws that bind them. */
export const channelFamilyChecks: CheckFamily = {
  name: "channels",
  checks: () => SPECS.flatMap((spec) => channelChecks({ ...openChannel(spec), name: channelId(spec) })),
};
