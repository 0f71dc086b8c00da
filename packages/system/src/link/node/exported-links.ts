// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import { describeError, SemlinkError } from "@semlink/engine";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Link, openLink } from "../link.ts";

const RECEIVER = ".receiver.onnx";
const TRANSMITTER = ".transmitter.onnx";

/**
 * Names of the links in a folder, as the folder `links` of a run has them: `<name>.transmitter.onnx` and
 * `<name>.receiver.onnx`.
 *
 * @throws SemlinkError "missing-file" when the folder cannot be read
 */
export async function linkNames(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw missing(folder, cause, "give the folder links of a run that has trained its lines");
  });
  const receivers = files
    .filter((file) => file.endsWith(RECEIVER))
    .map((file) => file.slice(0, -RECEIVER.length));
  return receivers.filter((name) => files.includes(name + TRANSMITTER)).sort();
}

/**
 * Opens a link of a folder, from images on.
 *
 * @param name - of the line, such as `cat`
 * @throws SemlinkError "missing-file", and what `openLink` throws
 */
export async function openLinkFolder(folder: string, name: string, runtime: Runtime): Promise<Link> {
  const names = await linkNames(folder);
  const hint =
    names.length === 0 ? "it has no link with both halves" : `links in ${folder}: ${names.join(", ")}`;
  const read = (ending: string): Promise<Uint8Array> => {
    const path = join(folder, name + ending);
    return readFile(path).catch((cause: unknown) => {
      throw missing(path, cause, hint);
    });
  };
  const [sender, receiver] = await Promise.all([read(TRANSMITTER), read(RECEIVER)]);
  return openLink({ sender, receiver }, runtime);
}

function missing(where: string, cause: unknown, hint: string): SemlinkError {
  return new SemlinkError({
    code: "missing-file",
    where,
    expected: "exported models of a link",
    actual: describeError(cause).message,
    hint,
    cause,
  });
}
