// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import { describeError, SemlinkError } from "@semlink/engine";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { linkCardSchema, type LinkCard } from "../link-card.ts";
import { type Link, openLink } from "../link.ts";
import type { LedgerRow, LineRole } from "../../results/results.ts";
import { ledgerRowSchema } from "../../results/results.ts";
import { readStageJson } from "../../store/stored-files.ts";

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
