// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import sharp, { type Sharp } from "sharp";
import { imageLength, type ImageSet } from "../../data/dataset.ts";
import { toPlanar } from "../../data/intensities.ts";
import type { ImageFormat } from "./separation-config.ts";

/** One way of compressing images. */
export interface ImageSetting {
  readonly format: ImageFormat;
  /** 1..100 */
  readonly quality: number;
  /** Size of the coded image over that of the original, in (0, 1]. */
  readonly scale: number;
}

/** A compressed image. */
export interface CompressedImage {
  /** What is sent: the file without what a receiver that knows the setting can put back. */
  readonly payload: Uint8Array;
  /** [channels, height, width] as decoded, at the original size */
  readonly pixels: Uint8Array;
}

/**
 * Compresses one image.
 *
 * JPEG has the standard's fixed Huffman tables and subsampled colours, so that its header follows from the setting.
 *
 * @param index - which image of the set
 */
export async function compressImage(
  set: ImageSet,
  index: number,
  { format, quality, scale }: ImageSetting,
): Promise<CompressedImage> {
  const { channels, height, width } = set;
  const raw = { width, height, channels: channels === 1 ? (1 as const) : (3 as const) };
  const original = sharp(interleaved(set, index), { raw });
  const scaled =
    scale === 1
      ? original
      : original.resize(Math.ceil(scale * width), Math.ceil(scale * height), { fit: "fill" });
  const file = await encodersOf[format](scaled, quality).toBuffer();
  const decoded = await sharp(file)
    .resize(width, height, { fit: "fill" })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .removeAlpha()
    .raw()
    .toBuffer();
  const pixels = new Uint8Array(imageLength(set));
  toPlanar(decoded, pixels, { channels, numPixels: height * width });
  return { payload: withoutContainer(format, file), pixels };
}

/**
 * A file without its container, which follows from setting and length: JPEG the entropy-coded scan alone, WebP the VP8
 * frame without start code and sizes, AVIF the media data.
 *
 * @throws SemlinkError "unknown-format" when the file is not laid out like that
 * @source ITU-T T.81, annex B; RFC 9649, section 2; RFC 6386, section 9.1; ISO/IEC 14496-12, section 8.1.1
 */
export function withoutContainer(format: ImageFormat, file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const name = (place: number): string => String.fromCharCode(...file.subarray(place, place + 4));
  if (format === "jpeg") {
    for (let place = 2; place + 4 <= file.length; place += 2 + view.getUint16(place + 2)) {
      const isScan = view.getUint16(place) === 0xffda;
      if (isScan) return file.slice(place + 2 + view.getUint16(place + 2), file.length - 2);
    }
  } else if (format === "webp") {
    if (name(12) === "VP8 ") {
      const end = 20 + view.getUint32(16, true);
      return Uint8Array.from([...file.subarray(20, 23), ...file.subarray(30, end)]);
    }
  } else {
    for (let place = 0; place + 8 <= file.length; place += Math.max(8, view.getUint32(place))) {
      if (name(place + 4) === "mdat") return file.slice(place + 8, place + view.getUint32(place));
    }
  }
  throw new SemlinkError({
    code: "unknown-format",
    where: "withoutContainer",
    expected: `a ${format} file of one still image with a loss`,
    actual: `${file.length} bytes that begin with ${name(0)}`,
    hint: "leave the format out of evaluate.separation.formats",
  });
}

const encodersOf: Record<ImageFormat, (image: Sharp, quality: number) => Sharp> = {
  jpeg: (image, quality) => image.jpeg({ quality, chromaSubsampling: "4:2:0", optimiseCoding: false }),
  webp: (image, quality) => image.webp({ quality, effort: 4 }),
  avif: (image, quality) => image.avif({ quality, effort: 2 }),
};

/** [height, width, channels] of one image, as encoders take it. */
function interleaved(set: ImageSet, index: number): Uint8Array {
  const { channels, images } = set;
  const length = imageLength(set);
  const plane = length / channels;
  return Uint8Array.from(
    { length },
    (_, i) => images[index * length + (i % channels) * plane + Math.floor(i / channels)]!,
  );
}
