// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import {
  decodeSafetensors,
  describeError,
  encodeSafetensors,
  type HostTensor,
  SemlinkError,
  type TensorFile,
} from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { makeFolder } from "../../store/folders.ts";
import type { StreamingHash } from "../../numbers/sha256.ts";
import { withContentDigest } from "../assemble-dataset.ts";
import type { DatasetName, DecodedDataset, ImageSet, LoadRequest } from "../dataset.ts";

/** {@link withContentDigest} with Node's SHA-256, for datasets of many megabytes. */
export function withNativeDigest(parts: Omit<DecodedDataset, "contentDigest">): DecodedDataset {
  return withContentDigest(parts, nativeSha256());
}

/** Node's SHA-256. */
function nativeSha256(): StreamingHash {
  const hash = createHash("sha256");
  const streaming: StreamingHash = {
    update(part) {
      hash.update(part);
      return streaming;
    },
    digest: () => hash.digest("hex"),
  };
  return streaming;
}

/** What is decoded, and under which key its result is kept. */
interface DecodeOnceOptions {
  readonly name: DatasetName;
  /** Changes whenever the decoded content would: a digest of the source files and of the decoding options. */
  readonly key: string;
  readonly decode: () => Promise<DecodedDataset>;
}

/**
 * The decoded dataset from the cache, or decoded now and kept there as one safetensors file.
 *
 * The content digest is recomputed on every load. A damaged cache file is deleted, with a message, and decoded
 * again; a cache that cannot be written costs the time of the next start and nothing else.
 */
export async function decodeOnce(
  { name, key, decode }: DecodeOnceOptions,
  { cacheFolder, onProgress }: LoadRequest,
): Promise<DecodedDataset> {
  const file = path.join(cacheFolder, "decoded", `${name}-${key}.safetensors`);
  const tell = (message: string): void => {
    onProgress({ stage: `decode ${name}`, done: 0, total: 1, message });
  };
  const bytes = await readFile(file).catch(() => undefined); // whatever is the matter, decoding helps
  if (bytes !== undefined) {
    try {
      return fromTensorFile(name, decodeSafetensors(bytes, file, { isShared: true }), file);
    } catch (error) {
      tell(`decoding again, the cache is damaged: ${describeError(error).message}`);
      await rm(file, { force: true });
    }
  }
  const decoded = await decode();
  try {
    await makeFolder(path.dirname(file));
    await writeFileAtomic(file, encodeSafetensors(toTensorFile(decoded)));
  } catch (error) {
    tell(`decoded images are not kept for the next start: ${describeError(error).message}`);
  }
  return decoded;
}

const SETS = ["train", "test"] as const;

function toTensorFile(dataset: DecodedDataset): TensorFile {
  const tensors = new Map<string, HostTensor>();
  for (const name of SETS) {
    const { images, labels, count, channels, height, width } = dataset[name];
    tensors.set(`${name}.images`, { dtype: "uint8", shape: [count, channels, height, width], data: images });
    tensors.set(`${name}.labels`, { dtype: "uint8", shape: [count], data: labels });
  }
  const { contentDigest, classNames } = dataset;
  return { tensors, metadata: { contentDigest, classNames: JSON.stringify(classNames) } };
}

function fromTensorFile(name: DatasetName, { tensors, metadata }: TensorFile, file: string): DecodedDataset {
  const classNames = JSON.parse(metadata["classNames"] ?? "[]") as string[];
  const [train, test] = SETS.map((set) => imageSet(tensors, set, file));
  const dataset = withNativeDigest({ name, classNames, train: train!, test: test! });
  if (dataset.contentDigest === metadata["contentDigest"]) return dataset;
  throw damaged(file, `content with sha256 ${metadata["contentDigest"]}`, dataset.contentDigest);
}

function imageSet(tensors: TensorFile["tensors"], set: string, file: string): ImageSet {
  const images = tensors.get(`${set}.images`);
  const labels = tensors.get(`${set}.labels`);
  const [count, channels, height, width] = images?.shape ?? [];
  if (
    !(images?.data instanceof Uint8Array) ||
    !(labels?.data instanceof Uint8Array) ||
    count === undefined ||
    channels === undefined ||
    height === undefined ||
    width === undefined
  ) {
    throw damaged(file, `uint8 tensors ${set}.images and ${set}.labels`, [...tensors.keys()].join(", "));
  }
  return { images: images.data, labels: labels.data, count, channels, height, width };
}

function damaged(where: string, expected: string, actual: string): SemlinkError {
  return new SemlinkError({ code: "corrupt-file", where, expected, actual });
}
