// SPDX-License-Identifier: Apache-2.0
import { yieldToEvents } from "../../numbers/yield-to-events.ts";
import { symbolPrefix } from "../../channel/channel-model.ts";
import type { Radio } from "../../channel/radio.ts";
import { predictionsOf } from "../../task/classify/decisions.ts";
import type { Link } from "../../link/link.ts";
import { overTheAir, type PreparedBaseline } from "../baseline.ts";

const BATCH = 500;

/**
 * A trained link as a line: embeddings, channel encoder, radio with equaliser, channel decoder, decision.
 *
 * All symbols of the images are encoded once for each radio and Es/N0; shorter transmissions are their prefixes.
 *
 * @param embeddings - [batch, embedDim]
 */
export function learnedLink(link: Link, embeddings: Float32Array, batchSize: number): PreparedBaseline {
  const embedDim = embeddings.length / batchSize;
  let encoded: { readonly radio: Radio; readonly esNoDb: number; readonly symbols: Float32Array } | null =
    null;
  const symbolsFor = async (radio: Radio, esNoDb: number): Promise<Float32Array> => {
    if (encoded?.radio !== radio || encoded.esNoDb !== esNoDb) {
      encoded = { radio, esNoDb, symbols: await encodeAll(link, embeddings, batchSize, radio, esNoDb) };
    }
    return encoded.symbols;
  };
  return {
    async transmit(sending) {
      const { radio, esNoDb, numSymbols } = sending;
      const x = symbolPrefix(await symbolsFor(radio, esNoDb), batchSize, numSymbols);
      const air = overTheAir(x, sending);
      const { xHat, equalizedEsNoDb } = radio.transmit(air.sent, air.draw);
      const received = {
        decisions: new Uint8Array(batchSize),
        embedding: new Float32Array(embeddings.length),
      };
      for (let first = 0; first < batchSize; first += BATCH) {
        const last = Math.min(batchSize, first + BATCH);
        const { embedding, logits } = await link.decode({
          xHat: xHat.slice(first * numSymbols * 2, last * numSymbols * 2),
          equalizedEsNoDb: equalizedEsNoDb.slice(first, last),
          esNoDb: radio.toldEsNoDb(esNoDb),
          channel: radio,
          numSymbols,
        });
        received.embedding.set(embedding, first * embedDim);
        received.decisions.set(predictionsOf(logits, logits.length / (last - first)), first);
        // Sessions block the event loop; signals and messages get in here.
        await yieldToEvents();
      }
      return { ...received, sent: x };
    },
  };
}

async function encodeAll(
  link: Link,
  embeddings: Float32Array,
  count: number,
  radio: Radio,
  esNoDb: number,
): Promise<Float32Array> {
  const embedDim = embeddings.length / count;
  const symbols = new Float32Array(count * link.maxSymbols * 2);
  for (let first = 0; first < count; first += BATCH) {
    const last = Math.min(count, first + BATCH);
    const part = embeddings.subarray(first * embedDim, last * embedDim);
    const sent = await link.encode(part, last - first, radio.toldEsNoDb(esNoDb), radio);
    symbols.set(sent, first * link.maxSymbols * 2);
  }
  return symbols;
}
