// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { describeError, SemlinkError } from "../errors.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { decodeSafetensors, encodeSafetensors, type TensorFile } from "./safetensors.ts";

/**
 * Reads a safetensors file.
 *
 * @throws SemlinkError "read-failed" when the file cannot be read, "corrupt-file" when its content is damaged
 */
export async function readSafetensors(path: string): Promise<TensorFile> {
  return decodeSafetensors(await readBytes(path), path);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const actual = describeError(cause).message;
    throw new SemlinkError({ code: "read-failed", where: path, expected: "a readable file", actual, cause });
  }
}

/**
 * Writes a safetensors file atomically.
 *
 * @throws SemlinkError as {@link writeFileAtomic} and {@link encodeSafetensors} do
 */
export async function writeSafetensors(path: string, file: TensorFile): Promise<void> {
  await writeFileAtomic(path, encodeSafetensors(file));
}
