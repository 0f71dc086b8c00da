// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError, type TensorFile } from "@semlink/engine";
import { readSafetensors } from "@semlink/engine/node";
import type * as z from "zod";
import { corrupt, readTextIfPresent } from "./folders.ts";

/**
 * Reads a JSON file that a stage left in its folder.
 *
 * @param expected - what the file holds, for the error
 * @throws SemlinkError "corrupt-file" when it is missing, damaged or something else, so that the stage is run again
 * @throws SemlinkError "read-failed" when it is there and cannot be read
 */
export async function readStageJson<T>(path: string, schema: z.ZodType<T>, expected: string): Promise<T> {
  const text = await readTextIfPresent(path);
  if (text === undefined) throw corrupt(path, expected, "no such file");
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw corrupt(path, expected, describeError(cause).message, cause);
  }
}

/**
 * Reads the tensors that a finished stage left in its folder.
 *
 * @param path - file that must be there
 * @throws SemlinkError "corrupt-file" when it is damaged or missing, so that the stage is run again
 * @throws SemlinkError "read-failed" when it is there and cannot be read
 */
export async function readStageTensors(path: string): Promise<TensorFile> {
  try {
    return await readSafetensors(path);
  } catch (error) {
    if (!(error instanceof SemlinkError) || describeError(error.cause).code !== "ENOENT") throw error;
    throw corrupt(path, "the file that the stage wrote", "no such file", error);
  }
}
