// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { Radio } from "../../channel/radio.ts";
import type { Figure, Truth } from "../../task/task.ts";
import type { DeviceOutputs, Line, LineReception, Sending } from "../line.ts";
import type { BitPipe, PipeMode } from "./bit-pipe.ts";

/** Images as messages of one size, and what a receiver makes of them. */
export interface Messages {
  /** [batch, numBits] */
  readonly payload: Uint8Array;
  /** [batch] 1 where the image fits; the others send zeros, and the receiver guesses. Absent: all fit. */
  readonly fits?: Uint8Array;
  /** [batch] decisions from messages that arrive */
  readonly decisions: Uint8Array;
  /** [batch, embedDim] where it is embeddings that are sent */
  readonly embeddings?: Float32Array;
}

/** A batch of images at every message size. */
export interface MessageSource {
  /** @param numBits - at least 1 */
  messages(numBits: number): Messages;
  /** [embedDim] embedding that a receiver assumes when nothing arrives */
  readonly assumed?: ArrayLike<number>;
}

/** The radio for which a mode is chosen when another one is used: what the transmitter takes it for. */
export type PlanFor = (radio: Radio) => Radio;

/** What a {@link digitalLineOf} consists of. */
export interface DigitalLineOptions<Mode extends PipeMode> {
  readonly name: string;
  readonly label: string;
  readonly role: Line["role"];
  readonly pipe: BitPipe<Mode>;
  readonly receives: Line["declares"]["receives"];
  /** From the outputs of a device to messages. */
  readonly source: (device: DeviceOutputs) => Promise<MessageSource>;
  readonly selection: Selection;
  /** Address of the draws of that choice. */
  readonly rng: Rng;
  /** By default the mode is chosen for the radio that is used. */
  readonly planFor?: PlanFor;
  readonly ledger: Line["ledger"];
  readonly convention: string;
}

/** Validation items, on which the mode of each operating point is chosen, and the figure that it is chosen by. */
export interface Selection {
  readonly device: DeviceOutputs;
  readonly truth: Truth;
  /** The figure that leads; more is better. */
  readonly figure: Figure;
}

/** What figures of every digital line assume. */
export const DIGITAL_CONVENTION =
  "code rate and constellation of each operating point are chosen on validation images and draws of their own; a message that is lost counts as an even guess among the answers; each message has mean power 1, and the receiver knows its scale";

/**
 * Source code and channel code, one after the other: messages of a mode's size that arrive whole or not at all, a guess where
 * they do not.
 *
 * Transmitter and receiver use the mode that is best on validation images and draws of their own, at the Es/N0 that they are
 * told: the envelope over code rates and constellations. Where no mode has room for any image nothing is sent, and all
 * are guesses.
 */
export function digitalLineOf<Mode extends PipeMode>(options: DigitalLineOptions<Mode>): Line {
  const { name, label, role, pipe, source, ledger, convention } = options;
  return {
    name,
    label,
    role,
    ledger,
    convention,
    declares: {
      power: role === "bound" ? "none" : "unit",
      reception: "raw",
      lengths: "any",
      receives: options.receives,
    },
    supports: (radio) => pipe.supports(radio),
    async prepare(device) {
      const images = await source(device);
      const choose = modeChooser(options, await source(options.selection.device));
      return {
        async transmit(sending) {
          const mode = choose(sending);
          return mode ? sendMessages(pipe, mode, images, sending) : nothingReceived(device, images);
        },
      };
    },
  };
}

/** The mode of an operating point, each chosen once. */
function modeChooser<Mode extends PipeMode>(
  { pipe, selection, rng, planFor = (radio) => radio }: DigitalLineOptions<Mode>,
  images: MessageSource,
): (sending: Sending) => Mode | undefined {
  const { truth, figure } = selection;
  const batchSize = truth.set.count;
  const chosen = new Map<string, Mode | undefined>();
  const meritOf = (received: LineReception): number => {
    const outcomes = figure.ofItems(received, truth);
    return outcomes === null ? -Infinity : outcomes.reduce((sum, value) => sum + value, 0) / outcomes.length;
  };
  const errorFree = ({ numPayloadBits }: Mode): number => {
    const { decisions, fits, embeddings } = images.messages(numPayloadBits);
    return meritOf({
      decisions,
      ...(fits ? { guessed: Float32Array.from(fits, (fit) => 1 - fit) } : {}),
      ...(embeddings ? { embedding: embeddings } : {}),
    });
  };
  const best = (radio: Radio, esNoDb: number, numSymbols: number): Mode | undefined => {
    const draw = radio.draw(rng.fold("selection"), { batchSize, numSymbols });
    // What a mode reaches without errors bounds what it reaches, so the first that nothing can beat ends the search.
    const candidates = pipe
      .modes(radio, esNoDb, numSymbols)
      .map((mode) => ({ mode, limit: errorFree(mode) }))
      .sort((a, b) => b.limit - a.limit || a.mode.numPayloadBits - b.mode.numPayloadBits);
    let winner: { mode: Mode; merit: number } | undefined;
    for (const { mode, limit } of candidates) {
      const least = winner?.merit ?? figure.chance ?? -Infinity;
      if (limit <= least) break;
      const merit = meritOf(sendMessages(pipe, mode, images, { radio, draw, esNoDb, numSymbols }));
      if (merit > least) winner = { mode, merit };
    }
    return winner?.mode;
  };
  return ({ radio, esNoDb, numSymbols }) => {
    const told = radio.toldEsNoDb(esNoDb);
    const planned = planFor(radio);
    const key = `${planned.name} ${told} ${numSymbols}`;
    if (!chosen.has(key)) chosen.set(key, best(planned, told, numSymbols));
    return chosen.get(key);
  };
}

function sendMessages<Mode extends PipeMode>(
  pipe: BitPipe<Mode>,
  mode: Mode,
  source: MessageSource,
  sending: Sending,
): LineReception {
  const { payload, fits, decisions, embeddings } = source.messages(mode.numPayloadBits);
  const { isDelivered, sent } = pipe.deliver(mode, payload, sending);
  const guessed = Float32Array.from(isDelivered, (arrived, i) => (arrived === 1 && fits?.[i] !== 0 ? 0 : 1));
  const { assumed } = source;
  return {
    decisions,
    guessed,
    ...(sent ? { sent } : {}),
    ...(embeddings && assumed ? { embedding: withAssumed(embeddings, guessed, assumed) } : {}),
  };
}

function nothingReceived({ decisions }: DeviceOutputs, { assumed }: MessageSource): LineReception {
  const count = decisions.length;
  const guessed = new Float32Array(count).fill(1);
  if (!assumed) return { decisions: new Uint8Array(count), guessed };
  const embedding = withAssumed(new Float32Array(count * assumed.length), guessed, assumed);
  return { decisions: new Uint8Array(count), guessed, embedding };
}

function withAssumed(
  embeddings: Float32Array,
  guessed: Float32Array,
  assumed: ArrayLike<number>,
): Float32Array {
  const embedDim = assumed.length;
  return embeddings.map((value, i) =>
    guessed[Math.floor(i / embedDim)] === 1 ? assumed[i % embedDim]! : value,
  );
}
