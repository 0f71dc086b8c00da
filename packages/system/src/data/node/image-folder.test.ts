// SPDX-License-Identifier: Apache-2.0
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DecodedDataset } from "../dataset.ts";
import { datasetConformance } from "../dataset.conformance.ts";
import { imageFolder } from "./image-folder.ts";

const SIZE = 16;
const FORMATS = ["png", "jpg", "jpeg", "webp"] as const;
const NUM_EACH = 12;

/** A flat colour for image `i` of class `c`; red tells the class, green and blue the image. */
function colourOf(c: number, i: number): { r: number; g: number; b: number } {
  return { r: 40 + 80 * c, g: 20 * i, b: 255 - 20 * i };
}

async function makeFolder(root: string): Promise<void> {
  for (const [c, name] of ["apples", "birds", "cars"].entries()) {
    await mkdir(path.join(root, name), { recursive: true });
    for (let i = 0; i < NUM_EACH; i++) {
      const create = { width: 20 + i, height: 30, channels: 3, background: colourOf(c, i) } as const;
      const file = path.join(root, name, `${i}.${FORMATS[i % FORMATS.length]!}`);
      await sharp({ create }).toFile(file);
    }
  }
}

async function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), "semlink-folder-"));
}

async function load(
  dataDir: string,
  cacheFolder: string = path.join(dataDir, ".cache"),
): Promise<DecodedDataset> {
  return imageFolder.load({ dataDir, imageSize: SIZE, cacheFolder, onProgress: () => undefined });
}

/** What is told while a folder is read. */
async function messagesOf(dataDir: string): Promise<string[]> {
  const messages: string[] = [];
  const cacheFolder = path.join(dataDir, ".cache");
  await imageFolder.load({
    dataDir,
    imageSize: SIZE,
    cacheFolder,
    onProgress: ({ message }) => {
      if (message !== undefined) messages.push(message);
    },
  });
  return messages;
}

describe("a good image folder", () => {
  let root: string;
  let decoded: DecodedDataset;
  beforeAll(async () => {
    root = await temporaryFolder();
    await makeFolder(root);
    decoded = await load(root);
  });
  afterAll(async () => {
    await rm(root, { recursive: true });
  });

  datasetConformance("image-folder", {
    load: () => load(root),
    classNames: ["apples", "birds", "cars"],
    trainCount: 3 * 10,
    testCount: 3 * 2,
    imageShape: [3, SIZE, SIZE],
    validationCount: 6,
    known: {
      // Red is the class; green and blue add up to 255.
      intensity(set, index, channel) {
        const { images, labels } = decoded[set];
        const start = index * 3 * SIZE * SIZE;
        if (channel === 0) return 40 + 80 * labels[index]!;
        const other = images[start + (3 - channel) * SIZE * SIZE]!;
        return 255 - other;
      },
      tolerance: 8, // lossy formats
    },
  });

  it("does not depend on file names", async () => {
    const copy = await temporaryFolder();
    await makeFolder(copy);
    await rename(path.join(copy, "cars", "0.png"), path.join(copy, "cars", "zebra.PNG"));
    expect((await load(copy)).contentDigest).toBe(decoded.contentDigest);
    await rm(copy, { recursive: true });
  });

  it("counts copies of one file once, and ignores other files", async () => {
    const copy = await temporaryFolder();
    await makeFolder(copy);
    await copyFile(path.join(copy, "cars", "0.png"), path.join(copy, "cars", "copy.png"));
    await writeFile(path.join(copy, "cars", "notes.txt"), "not an image");
    await writeFile(path.join(copy, "cars", ".hidden.png"), "not an image");
    await writeFile(path.join(copy, "readme.png"), "beside the classes");
    expect((await load(copy)).contentDigest).toBe(decoded.contentDigest);
    await rm(copy, { recursive: true });
  });

  it("validates on a tenth of the training images by default", () => {
    expect(imageFolder.defaultValidationCount(30)).toBe(3);
    expect(imageFolder.defaultValidationCount(2)).toBe(1);
  });
});

describe("an image folder", () => {
  let root: string;
  beforeEach(async () => {
    root = await temporaryFolder();
    await makeFolder(root);
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  it("is laid on white where it is transparent, grey images become three equal channels", async () => {
    const clear = { r: 0, g: 0, b: 0, alpha: 0 };
    for (const name of ["grey", "clear"]) await mkdir(path.join(root, name));
    for (const width of [20, 30]) {
      const pixels = new Uint8Array(width * 20).fill(90);
      const grey = sharp(pixels, { raw: { width, height: 20, channels: 1 } }).toColourspace("b-w");
      await grey.toFile(path.join(root, "grey", `${width}.png`));
      const transparent = sharp({ create: { width, height: 20, channels: 4, background: clear } });
      await transparent.toFile(path.join(root, "clear", `${width}.png`));
    }
    const { train, classNames } = await load(root);
    for (const [name, intensity] of [
      ["grey", 90],
      ["clear", 255],
    ] as const) {
      const index = train.labels.indexOf(classNames.indexOf(name));
      const image = train.images.subarray(index * 3 * SIZE * SIZE, (index + 1) * 3 * SIZE * SIZE);
      expect(new Set(image)).toEqual(new Set([intensity]));
    }
  });

  it("with an unreadable image names the file and says what to do", async () => {
    const file = path.join(root, "birds", "broken.png");
    await writeFile(file, "not a PNG");
    const error: unknown = await load(root).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "unreadable-image", where: file });
    expect(String(error)).toMatch(/replace the file or move it/);
  });

  it("with a truncated image names the file", async () => {
    const file = path.join(root, "birds", "1.jpg");
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length / 2));
    await expect(load(root)).rejects.toMatchObject({ code: "unreadable-image", where: file });
  });

  it.each([0, 1])("refuses a class with %d images", async (numImages) => {
    const folder = path.join(root, "empty");
    await mkdir(folder);
    const one = path.join(folder, "one.png");
    if (numImages === 1) await copyFile(path.join(root, "cars", "0.png"), one);
    if (numImages === 1) await rm(path.join(root, "cars", "0.png"));
    await expect(load(root)).rejects.toMatchObject({ code: "empty-class", where: folder });
  });

  it("refuses one image in two classes, naming both files", async () => {
    const [original, copy] = [path.join(root, "apples", "0.png"), path.join(root, "cars", "copy.png")];
    await copyFile(original, copy);
    const actual: unknown = expect.stringContaining(original);
    await expect(load(root)).rejects.toMatchObject({ code: "duplicate-image", where: copy, actual });
  });

  it("refuses a folder that is not there or has no classes", async () => {
    const missing = path.join(root, "nowhere");
    await expect(load(missing, root)).rejects.toMatchObject({ code: "missing-data", where: missing });
    const flat = path.join(root, "cars");
    await expect(load(flat, root)).rejects.toMatchObject({ code: "missing-data", where: flat });
  });

  it("reads every format that the decoder knows, whatever its ending", async () => {
    const folder = path.join(root, "rare");
    await mkdir(folder);
    const formats = {
      tiff: "tiff",
      tif: "tiff",
      jpe: "jpeg",
      jfif: "jpeg",
      gif: "gif",
      avif: "avif",
    } as const;
    for (const [index, [ending, format]] of Object.entries(formats).entries()) {
      const create = { width: 20, height: 30, channels: 3, background: colourOf(0, index) } as const;
      await writeFile(path.join(folder, `0.${ending}`), await sharp({ create }).toFormat(format).toBuffer());
    }
    const { train, test, classNames } = await load(root);
    const rare = classNames.indexOf("rare");
    const count = [train, test].map(({ labels }) => labels.filter((label) => label === rare).length);
    expect(count).toEqual([5, 1]);
  });

  it("tells what it leaves out: other files, folders inside a class, images beside the classes", async () => {
    for (const file of ["1.bmp", "2.BMP", "notes"]) await writeFile(path.join(root, "birds", file), "other");
    await mkdir(path.join(root, "birds", "nested"));
    await writeFile(path.join(root, "beside.png"), "beside the classes");
    await writeFile(path.join(root, "README.md"), "needs no word");
    const message = (await messagesOf(root)).join();
    const counted = ["1 x image beside the classes", "2 x .bmp file", "1 x folder", "1 x other file"];
    expect(message.slice(0, message.indexOf(";")).replace("left out: ", "").split(", ").sort()).toEqual(
      counted.sort(),
    );
    expect(message).toContain(path.join(root, "beside.png"));
  });

  it("says nothing of a folder from which nothing is left out", async () => {
    expect(await messagesOf(root)).toEqual([]);
  });

  it("leaves out links that lead nowhere or to themselves, and tells", async () => {
    await symlink(path.join(root, "gone"), path.join(root, "dangling"));
    await symlink(path.join(root, "itself"), path.join(root, "itself"));
    await symlink(path.join(root, "gone"), path.join(root, "birds", "dangling"));
    expect(await messagesOf(root)).toEqual([expect.stringContaining("3 x link that leads nowhere")]);
  });

  it("names an image that is a link to nowhere", async () => {
    const link = path.join(root, "birds", "link.png");
    await symlink(path.join(root, "gone.png"), link);
    await expect(load(root)).rejects.toMatchObject({ code: "unreadable-image", where: link });
  });

  it("takes a link to a folder for a class", async () => {
    await rename(path.join(root, "cars"), path.join(root, ".cars"));
    await symlink(path.join(root, ".cars"), path.join(root, "cars"));
    expect((await load(root)).classNames).toEqual(["apples", "birds", "cars"]);
  });

  it("with train and val above the classes says which folder to give", async () => {
    const above = await temporaryFolder();
    for (const part of ["train", "val"]) await makeFolder(path.join(above, part));
    const first = path.join(above, "train");
    const hint: unknown = expect.stringMatching(`apples, birds, cars.*--data-dir ${first};`);
    await expect(load(above)).rejects.toMatchObject({ code: "empty-class", where: first, hint });
    await rm(path.join(above, "val"), { recursive: true });
    const alone: unknown = expect.stringContaining(`--data-dir ${first}`);
    await expect(load(above)).rejects.toMatchObject({ code: "missing-data", where: above, hint: alone });
    await rm(above, { recursive: true });
  });

  it("is asked for when none is given", async () => {
    const request = { cacheFolder: root, onProgress: () => undefined };
    await expect(imageFolder.load(request)).rejects.toMatchObject({ code: "invalid-config" });
  });
});
