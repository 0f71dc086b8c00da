// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { Build, input } from "@semlink/engine";
import { channelKinds } from "../channel/channel-kinds.ts";
import { maxSymbolsOf } from "../codec/channel-codec.ts";
import type { LinkNetwork, ProblemShape, StudentNetwork } from "./networks.ts";

type Outputs = Readonly<Record<string, Tensor>>;

/** What the device computes from images alone: `images → embedding, logits` (its own decision). */
export function studentModel(network: StudentNetwork, { imageShape }: ProblemShape): Outputs {
  const build = new Build(network, { training: false });
  const embedding = build.apply(network.student, input("images", ["batch", ...imageShape]));
  return { embedding, logits: build.apply(network.head, embedding) };
}

/** The channel encoder: `embedding, esNoDb, kind → symbols [batch, maxSymbols, 2]`. */
export function encoderModel(network: LinkNetwork, { embedDim }: ProblemShape): Outputs {
  const build = new Build(network, { training: false });
  const embedding = input("embedding", ["batch", embedDim]);
  return { symbols: build.apply(network.codec.encoder, embedding, transmitterInputs()) };
}

/** The whole transmitter as it runs on the device: `images, esNoDb, kind → symbols`. */
export function transmitterModel(network: LinkNetwork, { imageShape }: ProblemShape): Outputs {
  const build = new Build(network, { training: false });
  const embedding = build.apply(network.student, input("images", ["batch", ...imageShape]));
  return { symbols: build.apply(network.codec.encoder, embedding, transmitterInputs()) };
}

/** The receiver: `received [batch, maxSymbols, 2] (equalised), mask, esNoDb, kind, equalizedEsNoDb → embedding, logits`. */
export function receiverModel(network: LinkNetwork, lengths: readonly number[]): Outputs {
  const build = new Build(network, { training: false });
  const maxSymbols = maxSymbolsOf({ lengths });
  const embedding = build.apply(network.codec.decoder, input("received", ["batch", maxSymbols, 2]), {
    ...transmitterInputs(),
    mask: input("mask", ["batch", maxSymbols, 1]),
    equalizedEsNoDb: input("equalizedEsNoDb", ["batch", 1]),
  });
  return { embedding, logits: build.apply(network.receiverHead, embedding) };
}

function transmitterInputs(): { esNoDb: Tensor; kind: Tensor } {
  return { esNoDb: input("esNoDb", ["batch", 1]), kind: input("kind", ["batch", channelKinds.length]) };
}
