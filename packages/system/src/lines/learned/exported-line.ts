// SPDX-License-Identifier: Apache-2.0
import type { Radio } from "../../channel/radio.ts";
import { yieldToEvents } from "../../numbers/yield-to-events.ts";
import type { Link } from "../../link/link.ts";
import { symbolPrefix } from "../../channel/channel-model.ts";
import type { Task, TaskSizes } from "../../task/task.ts";
import { overTheAir, type PreparedLine, receptionOf } from "../line.ts";

const BATCH = 500;

/** What a link sends of some items, and what is asked of its receiver. */
export interface ExportedLineOptions {
  /** [count, ...] features, or images where the link sends those */
  readonly source: Float32Array;
  readonly count: number;
  readonly task: Pick<Task, "decide">;
  readonly sizes: TaskSizes;
}

/**
 * An exported link as a line: source, transmitter, radio with or without equaliser, receiver, decision.
 *
 * All symbols of the items are encoded once for each radio and Es/N0; shorter transmissions are their prefixes.
 */
export function exportedLine(link: Link, { source, count, task, sizes }: ExportedLineOptions): PreparedLine {
  const isRaw = link.card.reception === "raw";
  let encoded: { readonly radio: Radio; readonly esNoDb: number; readonly symbols: Float32Array } | null =
    null;
  const symbolsFor = async (radio: Radio, esNoDb: number): Promise<Float32Array> => {
    if (encoded?.radio !== radio || encoded.esNoDb !== esNoDb) {
      encoded = { radio, esNoDb, symbols: await encodeAll(link, source, count, radio, esNoDb) };
    }
    return encoded.symbols;
  };
  return {
    async transmit(sending) {
      const { radio, esNoDb, numSymbols } = sending;
      const x = symbolPrefix(await symbolsFor(radio, esNoDb), count, numSymbols);
      const arrived = isRaw ? rawOf(x, sending, count) : equalizedOf(x, sending);
      const decisions = new Uint8Array(count);
      let embedding: Float32Array | null = null;
      for (let first = 0; first < count; first += BATCH) {
        const last = Math.min(count, first + BATCH);
        const decoded = await link.decode({
          ...arrived(first, last),
          batchSize: last - first,
          esNoDb: radio.toldEsNoDb(esNoDb),
          channel: radio,
          numSymbols,
        });
        decisions.set(task.decide(decoded.answer, sizes), first);
        if (decoded.embedding) {
          embedding ??= new Float32Array((decoded.embedding.length / (last - first)) * count);
          embedding.set(decoded.embedding, (embedding.length / count) * first);
        }
        await yieldToEvents();
      }
      return { decisions, sent: x, ...(embedding ? { embedding } : {}) };
    },
    release: () => link.release(),
  };
}

/** What the receiver takes of the items `first` up to `last`. */
type Arrived = (
  first: number,
  last: number,
) => Pick<Parameters<Link["decode"]>[0], "symbols" | "equalizedEsNoDb" | "gain" | "no">;

function equalizedOf(x: Float32Array, sending: Parameters<PreparedLine["transmit"]>[0]): Arrived {
  const { radio, numSymbols } = sending;
  const air = overTheAir(x, sending);
  const { xHat, equalizedEsNoDb } = radio.transmit(air.sent, air.draw);
  return (first, last) => ({
    symbols: xHat.slice(first * numSymbols * 2, last * numSymbols * 2),
    equalizedEsNoDb: equalizedEsNoDb.slice(first, last),
  });
}

function rawOf(x: Float32Array, sending: Parameters<PreparedLine["transmit"]>[0], count: number): Arrived {
  const { numSymbols } = sending;
  const { y, h, no } = receptionOf(x, sending);
  // One gain or noise level of an item counts for all of its symbols.
  const spread = (values: Float32Array, width: number, symbol: number, axis: number): number => {
    const perItem = values.length / width / count;
    const place = perItem === 1 ? Math.floor(symbol / numSymbols) : symbol;
    return values[place * width + axis]!;
  };
  return (first, last) => {
    const [from, to] = [first * numSymbols, last * numSymbols];
    return {
      symbols: y.slice(from * 2, to * 2),
      gain: Float32Array.from({ length: (to - from) * 2 }, (_, i) => spread(h, 2, from + (i >> 1), i & 1)),
      no: Float32Array.from({ length: to - from }, (_, i) => spread(no, 1, from + i, 0)),
    };
  };
}

async function encodeAll(
  link: Link,
  source: Float32Array,
  count: number,
  radio: Radio,
  esNoDb: number,
): Promise<Float32Array> {
  const width = source.length / count;
  const symbols = new Float32Array(count * link.maxSymbols * 2);
  for (let first = 0; first < count; first += BATCH) {
    const last = Math.min(count, first + BATCH);
    const part = source.slice(first * width, last * width);
    const told = { batchSize: last - first, esNoDb: radio.toldEsNoDb(esNoDb), channel: radio };
    symbols.set(await link.encode(part, told), first * link.maxSymbols * 2);
    await yieldToEvents();
  }
  return symbols;
}
