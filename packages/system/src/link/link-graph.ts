// SPDX-License-Identifier: Apache-2.0
import type { Build, Tensor } from "@semlink/engine";
import { reshape } from "@semlink/engine";
import type { TransmitterCondition } from "../codec/channel-codec.ts";
import { receiveOverRadios, transmitOverRadios } from "../channel/radio-mixture.ts";
import type { Radio } from "../channel/radio.ts";
import type { TransmissionInputs } from "./transmission-draws.ts";

/** What a receiver works on, in a graph. */
export interface ReceptionInputs extends TransmitterCondition {
  /** [batch, maxSymbols, 2] equalised symbols, or symbols as they arrive (`raw`); anything behind the transmission */
  readonly received: Tensor;
  /** [batch, maxSymbols, 1] 1 where a symbol was sent, 0 behind the end of the transmission */
  readonly mask: Tensor;
  /** [batch, 1] signal-to-noise ratio after the equaliser [dB]; equalised receivers alone */
  readonly equalizedEsNoDb?: Tensor;
  /** [batch, maxSymbols, 2] complex gain as the receiver believes it; raw receivers alone */
  readonly gain?: Tensor;
  /** [batch, maxSymbols, 1] noise variance per complex symbol; raw receivers alone */
  readonly no?: Tensor;
}

/** What a receiver ends with, in a graph. */
export interface ReceivedTensors {
  /** [batch, answerDim] */
  readonly answer: Tensor;
  /** [batch, embedDim] estimate of what was sent, where the line sends an embedding */
  readonly embedding?: Tensor;
}

/** The parts of a learned link, in the order in which an image passes them. */
export interface LinkGraph {
  /** images [batch, channels, height, width], normalised → [batch, featureDim]: the part that knows no channel */
  features(build: Build, images: Tensor): Tensor;
  /** The device's own answer from its features, where it has one: [batch, answerDim]. */
  deviceAnswer?(build: Build, features: Tensor): Tensor;
  /** [batch, maxSymbols, 2] in order of importance; never told the length, so that a prefix is a transmission */
  symbols(build: Build, features: Tensor, told: TransmitterCondition): Tensor;
  receive(build: Build, reception: ReceptionInputs): ReceivedTensors;
  readonly reception: "equalized" | "raw";
}

/**
 * The link from features to decision through the radios that its transmissions were drawn for.
 *
 * @param features - [batch, featureDim] what the device wants to send
 */
export function throughTheAir(
  build: Build,
  link: LinkGraph,
  features: Tensor,
  { no, esNoDb, kind, mask, ...drawn }: TransmissionInputs,
  radios: readonly Radio[],
): ReceivedTensors {
  const x = link.symbols(build, features, { esNoDb, kind });
  if (link.reception === "equalized") {
    const { xHat, equalizedEsNoDb } = transmitOverRadios(radios, { x, no }, drawn, mask);
    const [batch = 1] = x.shape;
    const ratio = reshape(equalizedEsNoDb, [batch, 1]);
    return link.receive(build, { received: xHat, mask, esNoDb, kind, equalizedEsNoDb: ratio });
  }
  const { y, h, no: level } = receiveOverRadios(radios, { x, no }, drawn);
  return link.receive(build, { received: y, mask, esNoDb, kind, gain: h, no: level });
}
