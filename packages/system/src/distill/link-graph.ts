// SPDX-License-Identifier: Apache-2.0
import type { Build, Tensor } from "@semlink/engine";
import { transmitFlatFading } from "../channel/flat-fading-graph.ts";
import type { LinkNetwork } from "./networks.ts";
import type { TransmissionInputs } from "./transmission-draws.ts";

/** What comes out of the radio link. */
export interface Received {
  /** [batch, embedDim] estimate of the standardised embedding */
  readonly embedding: Tensor;
  /** [batch, numClasses] */
  readonly logits: Tensor;
}

/**
 * The link from embedding to decision: channel encoder, channel, equaliser, channel decoder, head.
 *
 * @param embedding - [batch, embedDim] what the device wants to send
 */
export function transmitEmbedding(
  build: Build,
  { codec, receiverHead }: LinkNetwork,
  embedding: Tensor,
  { h, noise, no, esNoDb, kind, mask }: TransmissionInputs,
): Received {
  const x = build.apply(codec.encoder, embedding, { esNoDb, kind });
  const { xHat, equalizedEsNoDb } = transmitFlatFading({ x, h, noise, no });
  const estimate = build.apply(codec.decoder, xHat, { esNoDb, kind, mask, equalizedEsNoDb });
  return { embedding: estimate, logits: build.apply(receiverHead, estimate) };
}
