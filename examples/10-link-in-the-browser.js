// SPDX-License-Identifier: Apache-2.0
// Runs a trained link in a page: @semlink/system needs nothing of Node. A bundler makes one file of it.
import { rngFrom } from "@semlink/engine";
import { webRuntime } from "@semlink/engine/web";
import { noFromEsNoDb, openLink, openRadio, prefixOf } from "@semlink/system";

/** @param {string} url of a model */
const model = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());

/** @param {{ url: string, image: Float32Array, esNoDb?: number }} options url: of both halves, without their endings */
export async function main({ url, image, esNoDb = 5 }) {
  const files = {
    sender: await model(`${url}.transmitter.onnx`),
    receiver: await model(`${url}.receiver.onnx`),
  };
  const link = await openLink(files, await webRuntime({ executionProvider: "wasm", numThreads: 1 }));
  const radio = openRadio("awgn");
  const told = { batchSize: 1, esNoDb, channel: radio };
  const symbols = await link.encode(image, told); // image: [channels, height, width] intensities 0..255
  const [numSymbols = link.maxSymbols] = link.lengths; // the shortest transmission
  const sent = { x: prefixOf(symbols, 1, numSymbols), no: Float32Array.of(noFromEsNoDb(esNoDb)) };
  const draw = radio.draw(rngFrom(0), { batchSize: 1, numSymbols });
  const { xHat, equalizedEsNoDb } = radio.transmit(sent, draw);
  const { answer } = await link.decode({ ...told, numSymbols, symbols: xHat, equalizedEsNoDb });
  await link.release();
  return answer;
}
