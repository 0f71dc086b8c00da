// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import { graphViolation } from "../../channel/channel-laws.ts";
import { channelId, type ChannelObject, openRadio } from "../../channel/channel-spec.ts";
import type { Radio } from "../../channel/radio.ts";
import type { Check } from "../check.ts";

const SPECS: readonly (string | ChannelObject)[] = [
  "awgn",
  "rayleigh-block",
  { model: "rician", form: "fast" },
  "ofdm",
  { model: "rayleigh-block", receiver: { csi: { pilots: 2, estimator: "mmse" }, equalizer: "zero-forcing" } },
  ...["rapp", "iq-imbalance", "phase-noise", "carrier-offset", "interference", "erasures", "quantizer"].map(
    (impairment) => ({
      model: "rayleigh-block",
      impairments: [{ impairment }],
    }),
  ),
];

/** The radios whose graphs are compared when none is given. */
export function standardRadios(): readonly Radio[] {
  return SPECS.map((spec) => ({ ...openRadio(spec), name: channelId(spec) }));
}

/** A radio's graph, which is trained through, against its arrays, which are measured. */
export function graphCheck(radio: Radio, runtime: Runtime): Check {
  return {
    ...{ kind: "exact", name: radio.name, quantity: "outputs of the graph that differ from the arrays'" },
    ...{ theory: 0, tolerance: 0, n: 2, source: "semlink channel-graph-law" },
    measure: async () => ((await graphViolation(radio, runtime)) === undefined ? 0 : 1),
  };
}
