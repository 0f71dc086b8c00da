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

/** A name in the folder that is not read, and what it is. */
interface LeftOut {
  readonly path: string;
  readonly kind: string;
}

/** Endings by which images are known: of every format that the decoder reads, drawings excepted. */
const EXTENSIONS: ReadonlySet<string> = new Set(
  ".png .jpg .jpeg .jpe .jfif .webp .tif .tiff .gif .avif".split(" "),
);
const MIN_IMAGES = 2;
const MAX_CLASSES = 256;

/**
 * The classes of an image folder, ordered by name (UTF-16 code units, the same on every machine). Copies of one
 * file in one class count once. Names that start with a dot are ignored; other files, folders inside a class and
 * links that lead nowhere are left out, and a message counts them.
 *
 * @throws SemlinkError "missing-data" when the folder is not there or has fewer than two subfolders
 * @throws SemlinkError "unreadable-data" when it or a class may not be read
 * @throws SemlinkError "empty-class" when a class has fewer than two different images
 * @throws SemlinkError "duplicate-image" when two classes hold the same file
 * @throws SemlinkError "unreadable-image" naming a file that cannot be read
 */
export async function listImageFolder(
  dataDir: string,
  { onProgress, signal }: Pick<LoadRequest, "onProgress" | "signal">,
): Promise<FolderClass[]> {
  const leftOut: LeftOut[] = [];
  const names = await classNamesIn(dataDir, leftOut);
  const classOf = new Map<string, FolderImage>();
  const classes: FolderClass[] = [];
  for (const [index, name] of names.entries()) {
    const images = new Map<string, FolderImage>();
    const folder = path.join(dataDir, name);
    const subfolders: string[] = [];
    for (const file of await namesIn(folder)) {
      signal?.throwIfAborted();
      const place = path.join(folder, file);
      if (!isNamedAsImage(file)) {
        const kind = await kindOf(place);
        if (kind === "folder") subfolders.push(file);
        leftOut.push({
          path: place,
          kind: kind === "file" ? `${path.extname(file).toLowerCase() || "other"} file` : kind,
        });
        continue;
      }
      const image = await hashImage(place);
      const twin = classOf.get(image.sha256);
      if (twin !== undefined && !images.has(image.sha256)) throw duplicate(image, twin);
      if (twin !== undefined) continue;
      classOf.set(image.sha256, image);
      images.set(image.sha256, image);
    }
    if (images.size < MIN_IMAGES) throw emptyClass(folder, images.size, subfolders);
    classes.push({ name, images: [...images.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)) });
    onProgress({ stage: "read image-folder", done: index + 1, total: names.length });
  }
  if (leftOut.length > 0) {
    const message = leftOutText(leftOut);
    onProgress({ stage: "read image-folder", done: names.length, total: names.length, message });
  }
  return classes;
}

async function classNamesIn(dataDir: string, leftOut: LeftOut[]): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await namesIn(dataDir)) {
    const place = path.join(dataDir, entry);
    const kind = await kindOf(place);
    if (kind === "folder") names.push(entry);
    else if (kind === DEAD_LINK) leftOut.push({ path: place, kind });
    else if (isNamedAsImage(entry)) leftOut.push({ path: place, kind: "image beside the classes" });
  }
  if (names.length < 2 || names.length > MAX_CLASSES) throw noClasses(dataDir, names);
  return names;
}

const DEAD_LINK = "link that leads nowhere";
const LEADS_NOWHERE: ReadonlySet<string> = new Set(["ENOENT", "ELOOP"]);
const NOT_THERE: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR"]);

/** Names in a folder without those that start with a dot, in order. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();
  } catch (error) {
    const { code, message } = describeError(error);
    throw NOT_THERE.has(code) ? missing(folder, message) : unreadable(folder, error);
  }
}

/** What a name stands for; a link stands for what it leads to. */
async function kindOf(place: string): Promise<"folder" | "file" | typeof DEAD_LINK> {
  try {
    return (await stat(place)).isDirectory() ? "folder" : "file";
  } catch (error) {
    if (LEADS_NOWHERE.has(describeError(error).code)) return DEAD_LINK;
    throw unreadable(place, error);
  }
}

function isNamedAsImage(file: string): boolean {
  return EXTENSIONS.has(path.extname(file).toLowerCase());
}

/** `left out: 5 x .bmp file, 1 x folder; the first is apples/1.bmp; images are ...` */
function leftOutText(leftOut: readonly LeftOut[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of leftOut) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const counted = [...counts].map(([kind, count]) => `${count} x ${kind}`).join(", ");
  return `left out: ${counted}; the first is ${leftOut[0]!.path}; images are ${[...EXTENSIONS].join(", ")}`;
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
    expected: "a readable PNG, JPEG, WebP, TIFF, GIF or AVIF image",
    actual: describeError(cause).message,
    hint: "replace the file or move it out of the folder",
    cause,
  });
}

function missing(dataDir: string, actual: string, advice = ""): SemlinkError {
  const expected = `a folder with 2 to ${MAX_CLASSES} subfolders of images, one a class`;
  const hint = `the layout is <data-dir>/<class name>/<image>.png${advice}`;
  return new SemlinkError({ code: "missing-data", where: dataDir, expected, actual, hint });
}

function noClasses(dataDir: string, names: readonly string[]): SemlinkError {
  const [only, ...others] = names;
  const isAlone = only !== undefined && others.length === 0;
  const advice = isAlone ? `; if ${only} holds the classes, give --data-dir ${path.join(dataDir, only)}` : "";
  return missing(dataDir, `${names.length} subfolders`, advice);
}

function unreadable(where: string, cause: unknown): SemlinkError {
  return new SemlinkError({
    code: "unreadable-data",
    where,
    expected: "a folder or file that may be read",
    actual: describeError(cause).message,
    hint: "check its permissions and those of the folders above it",
    cause,
  });
}

function emptyClass(folder: string, numImages: number, subfolders: readonly string[]): SemlinkError {
  const names = subfolders.slice(0, 3).join(", ");
  const hint =
    subfolders.length === 0
      ? "add images or remove the folder"
      : `images are not looked for in its folders (${names}): if these are the classes, give --data-dir ${folder}; ` +
        "semlink itself divides the images into training and test";
  return new SemlinkError({
    code: "empty-class",
    where: folder,
    expected: `at least ${MIN_IMAGES} different images (${[...EXTENSIONS].join(", ")}), one to train and one to test`,
    actual: String(numImages),
    hint,
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
