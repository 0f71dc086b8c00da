// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { readFile } from "node:fs/promises";
import type * as z from "zod";

/**
 * Reads a JSON file that a stage left in its folder.
 *
 * @param expected - what the file holds, for the error
 * @throws SemlinkError "corrupt-file" when it is missing, damaged or something else, so that `runStage` makes it again
 */
export async function readStageJson<T>(path: string, schema: z.ZodType<T>, expected: string): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    throw new SemlinkError({
      code: "corrupt-file",
      where: path,
      expected,
      actual: describeError(cause).message,
      hint: "delete the folder; the stage is run again",
      cause,
    });
  }
}
