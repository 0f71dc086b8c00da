// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { open, readFile, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import type { ExternalData } from "./external-data.ts";
import { withExternalData } from "./external-data.ts";

/**
 * The bytes of an ONNX file, with the values that it keeps in files beside it taken in.
 *
 * Only files inside the folder of the model are read, links followed: a model of unknown origin must not name others.
 *
 * @throws SemlinkError `missing-file`, `unreadable-file`, `corrupt-file`; `unsafe-path` when the model names a file
 * outside of its folder
 */
export async function readModelFile(path: string): Promise<Uint8Array> {
  const bytes = await attempt(path, "an ONNX file", () => readFile(path));
  return withExternalData(bytes, path, (data, tensor) => readPart(path, tensor, data));
}

async function readPart(model: string, tensor: string, data: ExternalData): Promise<Uint8Array<ArrayBuffer>> {
  const where = `${model} › tensor "${tensor}"`;
  const folder = dirname(resolve(model));
  const path = resolve(folder, data.location);
  if (isAbsolute(data.location) || !isInside(folder, path)) throw unsafe(where, data.location);
  const what = `the file of its values, ${JSON.stringify(data.location)}`;
  return attempt(where, what, async () => {
    const [realFolder, realFile] = await Promise.all([realpath(folder), realpath(path)]);
    if (!isInside(realFolder, realFile)) throw unsafe(where, data.location);
    const { size } = await stat(realFile);
    const length = data.length ?? size - data.offset;
    if (length < 0 || data.offset + length > size) throw tooShort(where, data, size);
    const part = new Uint8Array(length);
    const file = await open(realFile);
    try {
      const { bytesRead } = await file.read(part, 0, length, data.offset);
      if (bytesRead < length) throw tooShort(where, data, data.offset + bytesRead);
    } finally {
      await file.close();
    }
    return part;
  });
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function attempt<T>(where: string, expected: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof SemlinkError) throw cause;
    const { code, message } = describeError(cause);
    const isMissing = code === "ENOENT" || code === "ENOTDIR";
    throw new SemlinkError({
      code: isMissing ? "missing-file" : "unreadable-file",
      where,
      expected,
      actual: isMissing ? "no such file" : message,
      cause,
    });
  }
}

function unsafe(where: string, location: string): SemlinkError {
  return new SemlinkError({
    code: "unsafe-path",
    where,
    expected: "a path inside the folder of the model",
    actual: JSON.stringify(location),
    hint: "a model reads no other files; put the file beside it and save the model anew",
  });
}

function tooShort(where: string, { location, offset, length }: ExternalData, size: number): SemlinkError {
  return new SemlinkError({
    code: "corrupt-file",
    where,
    expected: `${length ?? "all"} bytes from byte ${offset} of ${JSON.stringify(location)}`,
    actual: `a file of ${size} bytes`,
    hint: "the file is damaged or another one; copy it again",
  });
}
