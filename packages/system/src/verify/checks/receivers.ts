// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { ChannelModel } from "../../channel/channel-model.ts";
import { openChannel } from "../../channel/channel-spec.ts";
import {
  type ChannelStateInformation,
  estimationError,
  pilotEffectiveEsNo,
} from "../../channel/channel-state.ts";
import { linearToDb, noFromEsNoDb } from "../../channel/decibel.ts";
import type { Equalizer } from "../../channel/equalizer.ts";
import { powerGain } from "../../channel/flat-channel.ts";
import { imageNoise } from "../../channel/image-noise.ts";
import { bestReceiver, type Radio, radioOf } from "../../channel/radio.ts";
import type { Check, CheckFamily } from "../check.ts";

const IMAGES = { batchSize: 2000, numSymbols: 1 } as const;
const LEVELS_DB = [-10, 0, 10, 20] as const;
const CHANNELS = ["awgn", "rayleigh-block"].map((name) => openChannel(name));
const RICIAN = openChannel({ model: "rician", kFactorDb: linearToDb(4) });

/** Errors after equalisation, and what imperfect knowledge of the channel costs. */
export const receiverChecks: CheckFamily = {
  name: "receivers",
  checks: () => [
    ...[...CHANNELS, RICIAN].flatMap((channel) => LEVELS_DB.map((esNoDb) => mmseError(channel, esNoDb))),
    ...(["zero-forcing", "mmse-unbiased"] as const).map((equalizer) => awgnError(equalizer)),
    ...LEVELS_DB.slice(1).flatMap((esNoDb) => [1, 4, 16].flatMap((pilots) => pilotLoss(esNoDb, pilots))),
    ...[0.9, 0.99].map((rho) => gainError({ rho }, 10, `aged, rho ${rho}`)),
    ...ESTIMATES.map(errorCovariance),
  ],
};

function mmseError(channel: ChannelModel, esNoDb: number): Check {
  const no = noFromEsNoDb(esNoDb);
  return {
    kind: "mean",
    isCheap: true,
    name: `${channel.name} at ${esNoDb} dB`,
    quantity: "MMSE error",
    theory: channel.gainMean!((gain) => no / (gain + no)),
    source: "Tse & Viswanath 2005, section 8.3.3",
    sample: (rng) => squaredErrors(radioOf(channel), no, rng),
  };
}

function awgnError(equalizer: Equalizer): Check {
  const no = noFromEsNoDb(5);
  const radio = radioOf(openChannel("awgn"), { ...bestReceiver, equalizer });
  return {
    kind: "mean",
    isCheap: true,
    name: "awgn at 5 dB",
    quantity: `error after ${equalizer}`,
    theory: no,
    source: "conventions: E|n|^2 = no",
    sample: (rng) => squaredErrors(radio, no, rng),
  };
}

function pilotLoss(esNoDb: number, pilots: number): Check[] {
  const no = noFromEsNoDb(esNoDb);
  const place = `${pilots} pilots at ${esNoDb} dB`;
  const csi = { pilots, estimator: "mmse" } as const;
  const radio = radioOf(openChannel("rayleigh-block"), { ...bestReceiver, csi });
  return [
    gainError({ pilots, estimator: "ls" }, esNoDb, `least squares, ${place}`),
    gainError(csi, esNoDb, `MMSE, ${place}`),
    {
      kind: "mean",
      isCheap: true,
      name: place,
      quantity: "effective Es/N0 after MMSE estimation, linear",
      theory: pilotEffectiveEsNo(no, pilots),
      source: "Hassibi & Hochwald 2003",
      sample: (rng) => {
        const { received } = transmit(radio, no, rng);
        return Float64Array.from(received.no, (level, image) => powerGain(received.h, image) / level);
      },
    },
  ];
}

function gainError(csi: ChannelStateInformation, esNoDb: number, name: string): Check {
  const no = noFromEsNoDb(esNoDb);
  const channel = openChannel("rayleigh-block");
  const radio = radioOf(channel, { ...bestReceiver, csi });
  return {
    kind: "mean",
    isCheap: true,
    name,
    quantity: "E|h - hHat|^2",
    theory: estimationError(csi, no),
    source: "Tse & Viswanath 2005, section 3.5.2",
    sample: (rng) => {
      const { received, sent, draw } = transmit(radio, no, rng);
      const { h } = channel.apply(sent, draw);
      const difference = received.h.map((value, i) => value - h[i]!);
      return Float64Array.from(sent.no, (_, image) => powerGain(difference, image));
    },
  };
}

/** Ways to know the gain of every symbol, with how a gain is called. */
const ESTIMATES: readonly (readonly [name: string, csi: ChannelStateInformation])[] = [
  ["least squares, 4 pilots", { pilots: 4, estimator: "ls" }],
  ["MMSE, 4 pilots", { pilots: 4, estimator: "mmse" }],
  ["aged, rho 0.9", { rho: 0.9 }],
];

/** Where every symbol has a gain of its own, every gain is estimated by itself: errors of two symbols have no covariance. */
function errorCovariance([name, csi]: (typeof ESTIMATES)[number]): Check {
  const no = noFromEsNoDb(5);
  const channel = openChannel({ model: "rayleigh", form: "fast" });
  const radio = radioOf(channel, { ...bestReceiver, csi });
  const images = { batchSize: IMAGES.batchSize, numSymbols: 2 };
  return {
    kind: "mean",
    isCheap: true,
    name: `${name}, fast fading at 5 dB`,
    quantity: "covariance of the errors of two symbols",
    theory: 0,
    scale: estimationError(csi, no),
    source: "one estimate for each gain: independent pilots and noise",
    sample: (rng) => {
      const draw = radio.draw(rng, images);
      const x = imageNoise(rng.fold("symbols sent"), images, images.numSymbols);
      const sent = { x, no: new Float32Array(images.batchSize).fill(no) };
      const { h } = channel.apply(sent, draw);
      const error = radio.receive(sent, draw).h.map((value, i) => value - h[i]!);
      return Float64Array.from(sent.no, (_, image) => {
        const i = 4 * image;
        return error[i]! * error[i + 2]! + error[i + 1]! * error[i + 3]!;
      });
    },
  };
}

function squaredErrors(radio: Radio, no: number, rng: Rng): Float64Array {
  const { sent, draw } = transmit(radio, no, rng);
  const { xHat } = radio.transmit(sent, draw);
  const difference = xHat.map((value, i) => value - sent.x[i]!);
  return Float64Array.from(sent.no, (_, image) => powerGain(difference, image));
}

function transmit(
  radio: Radio,
  no: number,
  rng: Rng,
): {
  sent: Parameters<Radio["receive"]>[0];
  draw: ReturnType<Radio["draw"]>;
  received: ReturnType<Radio["receive"]>;
} {
  const draw = radio.draw(rng, IMAGES);
  const x = imageNoise(rng.fold("symbols sent"), IMAGES, 1);
  const sent = { x, no: new Float32Array(IMAGES.batchSize).fill(no) };
  return { sent, draw, received: radio.receive(sent, draw) };
}
