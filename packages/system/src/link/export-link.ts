// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { Build, constant, exportModel, input, mul, sub } from "@semlink/engine";
import type { LinkCard } from "./link-card.ts";
import { cardMetadata } from "./link-card.ts";
import type { LinkGraph, ReceptionInputs } from "./link-graph.ts";

type Outputs = Readonly<Record<string, Tensor>>;

/** The models of a link, each with its inputs and outputs. Images are intensities 0..255; scaling is inside. */
export interface LinkModels {
  /** `images → features`, and the device's own answer where it has one. */
  readonly device: Outputs;
  /** `features, esNoDb, kind → symbols` */
  readonly encoder: Outputs;
  /** The whole transmitter: `images, esNoDb, kind → symbols`. */
  readonly transmitter: Outputs;
  /** `received, mask, esNoDb, kind, and what the reception brings → answer, embedding` */
  readonly receiver: Outputs;
}

/** Sizes of the models' inputs. */
export type LinkSizes = Pick<LinkCard, "images" | "lengths" | "channelKinds"> & {
  readonly featureDim: number;
  /** Name of the answer among the outputs. */
  readonly answer: string;
};

/**
 * `(v / 255 - mean) / std` of each channel.
 *
 * @param images - [batch, channels, height, width] intensities 0..255
 */
export function normalizedImages(
  images: Tensor,
  { mean, std }: Pick<LinkCard["images"], "mean" | "std">,
): Tensor {
  const perChannel = (values: readonly number[]): Tensor => constant(values, [1, values.length, 1, 1]);
  return mul(
    sub(images, perChannel(mean.map((value) => value * 255))),
    perChannel(std.map((value) => 1 / (value * 255))),
  );
}

/**
 * The graphs of a trained link, for inference.
 *
 * @param network - the object whose parameters the link's parts use
 */
export function linkModels(network: object, link: LinkGraph, sizes: LinkSizes): LinkModels {
  const build = new Build(network, { training: false });
  const { images, lengths, channelKinds, featureDim, answer } = sizes;
  const maxSymbols = lengths.at(-1)!;
  const told = { esNoDb: input("esNoDb", ["batch", 1]), kind: input("kind", ["batch", channelKinds.length]) };
  const features = link.features(
    build,
    normalizedImages(input("images", ["batch", ...images.shape]), images),
  );
  const sent = input("features", ["batch", featureDim]);
  const isRaw = link.reception === "raw";
  const reception: ReceptionInputs = {
    ...told,
    received: input("received", ["batch", maxSymbols, 2]),
    mask: input("mask", ["batch", maxSymbols, 1]),
    ...(isRaw
      ? { gain: input("gain", ["batch", maxSymbols, 2]), no: input("no", ["batch", maxSymbols, 1]) }
      : { equalizedEsNoDb: input("equalizedEsNoDb", ["batch", 1]) }),
  };
  const received = link.receive(build, reception);
  return {
    device: {
      features,
      ...(link.deviceAnswer ? { [answer]: link.deviceAnswer(build, features) } : {}),
    },
    encoder: { symbols: link.symbols(build, sent, told) },
    transmitter: { symbols: link.symbols(build, features, told) },
    receiver: {
      [answer]: received.answer,
      ...(received.embedding ? { embedding: received.embedding } : {}),
    },
  };
}

/** The models of a link as ONNX files of standard operators; each carries the card. */
export function exportLink(
  models: LinkModels,
  weights: ReadonlyMap<string, Float32Array>,
  card: LinkCard,
): Readonly<Record<keyof LinkModels, Uint8Array>> {
  const metadata = cardMetadata(card);
  const exported = (part: keyof LinkModels): Uint8Array =>
    exportModel(models[part], weights, { name: `${card.line}-${part}`, metadata });
  return {
    device: exported("device"),
    encoder: exported("encoder"),
    transmitter: exported("transmitter"),
    receiver: exported("receiver"),
  };
}
