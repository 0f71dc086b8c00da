// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError, type TensorFile } from "@semlink/engine";
import { readSafetensors } from "@semlink/engine/node";

/**
 * Reads the tensors that a finished stage left in its folder.
 *
 * @param path - file that must be there
 * @throws SemlinkError "corrupt-file" when it is damaged or missing, so that {@link runStage} makes it again
 * @throws SemlinkError "read-failed" when it is there and cannot be read
 */
export async function readStageTensors(path: string): Promise<TensorFile> {
  try {
    return await readSafetensors(path);
  } catch (error) {
    if (!(error instanceof SemlinkError) || describeError(error.cause).code !== "ENOENT") throw error;
    throw new SemlinkError({
      code: "corrupt-file",
      where: path,
      expected: "the file that the stage wrote",
      actual: "no such file",
      hint: "delete the folder; the stage is run again",
      cause: error,
    });
  }
}
