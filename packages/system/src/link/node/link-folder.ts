// SPDX-License-Identifier: Apache-2.0
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeError, type Runtime, SemlinkError } from "@semlink/engine";
import * as z from "zod";
import { type LedgerRow, ledgerRowSchema, type LineRole } from "../../results/results.ts";
import { readStageJson } from "../../store/stored-files.ts";
import { type LinkCard, linkCardSchema } from "../link-card.ts";
import { type Link, openLink } from "../link.ts";

/** What a trained line says of itself beside its models. */
export interface LineCard {
  readonly card: LinkCard;
  readonly role: LineRole;
  readonly ledger: readonly LedgerRow[];
}

/** Files that a trained line leaves in its folder. */
export const LINE_FILES = { folder: "link", card: "line.json" } as const;

/** Models of an exported link, as files of its folder. */
export type LinkPart = "device" | "encoder" | "transmitter" | "receiver";

const lineCardSchema: z.ZodType<LineCard> = z.strictObject({
  card: linkCardSchema,
  role: z.enum(["link", "rival"]),
  ledger: z.array(ledgerRowSchema),
});

/** The card of the line in a folder. @throws SemlinkError "corrupt-file" */
export function readLineCard(folder: string): Promise<LineCard> {
  return readStageJson(join(folder, LINE_FILES.card), lineCardSchema, "the card of a line");
}

/** Path of one of the models of a line. */
export function linkModelPath(folder: string, part: LinkPart): string {
  return join(folder, LINE_FILES.folder, `${part}.onnx`);
}

/**
 * Content of one of the models of a line.
 *
 * @throws SemlinkError "corrupt-file" when it is missing
 */
export async function readLinkModel(folder: string, part: LinkPart): Promise<Uint8Array> {
  const path = linkModelPath(folder, part);
  try {
    return await readFile(path);
  } catch (cause) {
    throw new SemlinkError({
      code: "corrupt-file",
      where: path,
      expected: "an exported model",
      actual: describeError(cause).message,
      hint: "delete the folder; the line is trained again",
      cause,
    });
  }
}

/** Opens the link of a line from its encoder on, which takes the device's features. */
export async function openLineLink(folder: string, runtime: Runtime): Promise<Link> {
  const [sender, receiver] = await Promise.all([
    readLinkModel(folder, "encoder"),
    readLinkModel(folder, "receiver"),
  ]);
  return openLink({ sender, receiver }, runtime);
}

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
