// SPDX-License-Identifier: Apache-2.0
// Opens the CAT link of a run, sends one image over a channel at every length, and prints what is answered.
import { rngFrom } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { noFromEsNoDb, openRadio, prefixOf } from "@semlink/system";
import { openLinkFolder } from "@semlink/system/node";

/** @param {{ folder: string, image?: Float32Array, channel?: string, esNoDb?: number, log?: (text: string) => void }} options */
export async function main({ folder, image, channel = "rayleigh-block", esNoDb = 5, log = console.log }) {
  const link = await openLinkFolder(folder, "cat", await nodeRuntime({ intraOpThreads: 1 }));
  const [channels, height, width] = link.card.images.shape;
  const source = image ?? new Float32Array(channels * height * width).fill(128); // intensities 0..255
  const radio = openRadio(channel);
  const told = { batchSize: 1, esNoDb, channel: radio };
  const symbols = await link.encode(source, told); // once: shorter transmissions are prefixes
  const answers = [];
  for (const numSymbols of link.lengths) {
    const sent = { x: prefixOf(symbols, 1, numSymbols), no: Float32Array.of(noFromEsNoDb(esNoDb)) };
    const draw = radio.draw(rngFrom(0), { batchSize: 1, numSymbols });
    const { xHat, equalizedEsNoDb } = radio.transmit(sent, draw);
    const { answer } = await link.decode({ ...told, numSymbols, symbols: xHat, equalizedEsNoDb });
    const best = answer.indexOf(Math.max(...answer));
    log(`${numSymbols} symbols over ${channel} at ${esNoDb} dB: ${link.card.answer.names[best]}`);
    answers.push(answer);
  }
  await link.release();
  return answers;
}

if (process.argv[1] === import.meta.filename) await main({ folder: process.argv[2] ?? "runs/quick/links" });
