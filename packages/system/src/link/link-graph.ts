// SPDX-License-Identifier: Apache-2.0
import type { Build, Tensor } from "@semlink/engine";
import { transmitOverRadios } from "../channel/radio-mixture.ts";
import type { Radio } from "../channel/radio.ts";
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
 * @param radios - those that the transmissions were drawn for
 */
export function transmitEmbedding(
  build: Build,
  { codec, receiverHead }: LinkNetwork,
  embedding: Tensor,
  { no, esNoDb, kind, mask, ...drawn }: TransmissionInputs,
  radios: readonly Radio[],
): Received {
  const x = build.apply(codec.encoder, embedding, { esNoDb, kind });
  const { xHat, equalizedEsNoDb } = transmitOverRadios(radios, { x, no }, drawn, mask);
  const estimate = build.apply(codec.decoder, xHat, { esNoDb, kind, mask, equalizedEsNoDb });
  return { embedding: estimate, logits: build.apply(receiverHead, estimate) };
}
