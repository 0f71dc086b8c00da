// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { datasetConformance } from "../dataset.conformance.ts";
import { decodeMnist } from "./mnist.ts";

const COUNTS = { train: 40, test: 10 };
const FILES = { train: "data/train", test: "data/t10k" };

function pixelsOf(set: "train" | "test"): Uint8Array {
  return Uint8Array.from(rngFrom(COUNTS[set]).integers(COUNTS[set] * 28 * 28, 256));
}

/** Bytes in the IDX format: magic, dimensions (big-endian), data. */
function idx(dimensions: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 + dimensions.length);
  dimensions.forEach((dimension, i) => {
    view.setUint32(4 + 4 * i, dimension);
  });
  bytes.set(data, 4 + 4 * dimensions.length);
  return bytes;
}

function packageFiles(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const set of ["train", "test"] as const) {
    const labels = Uint8Array.from({ length: COUNTS[set] }, (_, i) => i % 10);
    files.set(`${FILES[set]}-images-idx3-ubyte`, idx([COUNTS[set], 28, 28], pixelsOf(set)));
    files.set(`${FILES[set]}-labels-idx1-ubyte`, idx([COUNTS[set]], labels));
  }
  return files;
}

const pixels = { train: pixelsOf("train"), test: pixelsOf("test") };

datasetConformance("mnist", {
  load: () => Promise.resolve(decodeMnist(packageFiles())),
  classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  trainCount: COUNTS.train,
  testCount: COUNTS.test,
  imageShape: [1, 28, 28],
  validationCount: 10,
  known: { intensity: (set, index, _channel, y, x) => pixels[set][(index * 28 + y) * 28 + x]!, tolerance: 0 },
});

describe("decodeMnist", () => {
  const name = "data/t10k-images-idx3-ubyte";

  it.each([
    ["is empty", new Uint8Array(0)],
    ["ends within its header", idx([10, 28, 28], new Uint8Array(0)).slice(0, 9)],
    ["holds labels instead of images", idx([10], new Uint8Array(10))],
    ["is truncated", idx([10, 28, 28], new Uint8Array(10 * 28 * 28 - 1))],
    ["holds images of another size", idx([10, 14, 14], new Uint8Array(10 * 14 * 14))],
  ])("names an image file that %s", (_, bytes) => {
    const files = packageFiles().set(name, bytes);
    expect(() => decodeMnist(files)).toThrow(
      expect.objectContaining({ code: "corrupt-data", where: `mnist ${name}` }),
    );
  });

  it("names a file that is missing", () => {
    const files = packageFiles();
    files.delete(name);
    expect(() => decodeMnist(files)).toThrow(expect.objectContaining({ where: `mnist ${name}` }));
  });
});
