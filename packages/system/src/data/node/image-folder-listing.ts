// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { describeError, SemlinkError } from "@semlink/engine";
import type { LoadRequest } from "../dataset.ts";

/** One image file of a class. */
export interface FolderImage {
  readonly path: string;
  /** sha256 of the file's bytes, hex. */
  readonly sha256: string;
}

/** One class of an image folder: at least two different images, ordered by their sha256. */
export interface FolderClass {
  /** Name of the subfolder. */
  readonly name: string;
  readonly images: readonly FolderImage[];
}

const EXTENSIONS: ReadonlySet<string> = new Set([".png", ".jpg", ".jpeg", ".webp"]);
const MIN_IMAGES = 2;
const MAX_CLASSES = 256;

/**
 * The classes of an image folder, ordered by name (UTF-16 code units, the same on every machine). Copies of one
 * file in one class count once; other files and names that start with a dot are ignored.
 *
 * @throws SemlinkError "missing-data" when the folder is not there or has no subfolder
 * @throws SemlinkError "empty-class" when a class has fewer than two different images
 * @throws SemlinkError "duplicate-image" when two classes hold the same file
 * @throws SemlinkError "unreadable-image" naming a file that cannot be read
 */
export async function listImageFolder(
  dataDir: string,
  { onProgress, signal }: Pick<LoadRequest, "onProgress" | "signal">,
): Promise<FolderClass[]> {
  const names = await classNamesIn(dataDir);
  const classOf = new Map<string, FolderImage>();
  const classes: FolderClass[] = [];
  for (const [index, name] of names.entries()) {
    const images = new Map<string, FolderImage>();
    for (const file of (await readdir(path.join(dataDir, name))).sort()) {
      signal?.throwIfAborted();
      if (file.startsWith(".") || !EXTENSIONS.has(path.extname(file).toLowerCase())) continue;
      const image = await hashImage(path.join(dataDir, name, file));
      const twin = classOf.get(image.sha256);
      if (twin !== undefined && !images.has(image.sha256)) throw duplicate(image, twin);
      if (twin !== undefined) continue;
      classOf.set(image.sha256, image);
      images.set(image.sha256, image);
    }
    if (images.size < MIN_IMAGES) throw emptyClass(path.join(dataDir, name), images.size);
    classes.push({ name, images: [...images.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)) });
    onProgress({ stage: "read image-folder", done: index + 1, total: names.length });
  }
  return classes;
}

async function classNamesIn(dataDir: string): Promise<string[]> {
  let entries: string[];
  try {
    entries = await readdir(dataDir);
  } catch (error) {
    throw noClasses(dataDir, describeError(error).message);
  }
  const names: string[] = [];
  for (const entry of entries.sort()) {
    if (entry.startsWith(".")) continue;
    if ((await stat(path.join(dataDir, entry))).isDirectory()) names.push(entry);
  }
  if (names.length < 2 || names.length > MAX_CLASSES) throw noClasses(dataDir, `${names.length} subfolders`);
  return names;
}

async function hashImage(file: string): Promise<FolderImage> {
  try {
    return {
      path: file,
      sha256: createHash("sha256")
        .update(await readFile(file))
        .digest("hex"),
    };
  } catch (error) {
    throw unreadableImage(file, error);
  }
}

/** The error for an image file that cannot be read or decoded, for any reason. */
export function unreadableImage(file: string, cause: unknown): SemlinkError {
  return new SemlinkError({
    code: "unreadable-image",
    where: file,
    expected: "a readable PNG, JPEG or WebP image",
    actual: describeError(cause).message,
    hint: "replace the file or move it out of the folder",
    cause,
  });
}

function noClasses(dataDir: string, actual: string): SemlinkError {
  return new SemlinkError({
    code: "missing-data",
    where: dataDir,
    expected: `a folder with 2 to ${MAX_CLASSES} subfolders of images, one a class`,
    actual,
    hint: "the layout is <data-dir>/<class name>/<image>.png",
  });
}

function emptyClass(folder: string, numImages: number): SemlinkError {
  return new SemlinkError({
    code: "empty-class",
    where: folder,
    expected: `at least ${MIN_IMAGES} different images (${[...EXTENSIONS].join(", ")}), one to train and one to test`,
    actual: String(numImages),
    hint: "add images or remove the folder",
  });
}

function duplicate(image: FolderImage, twin: FolderImage): SemlinkError {
  return new SemlinkError({
    code: "duplicate-image",
    where: image.path,
    expected: "an image of one class only",
    actual: `the same file as ${twin.path}`,
    hint: "keep it in the class where it belongs",
  });
}
