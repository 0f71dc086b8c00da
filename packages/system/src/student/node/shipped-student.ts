// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Genotype, parseGenotype } from "../../cells/genotype.ts";

/** Folder of the student that comes with semlink: `genotype.json`, and `provenance.json` about where it is from. */
export function shippedStudentFolder(): string {
  return fileURLToPath(new URL("../../../assets/students/cifar10", import.meta.url));
}

/**
 * The genotype that comes with semlink, found on CIFAR-10.
 *
 * @param folder - see {@link shippedStudentFolder}
 * @throws SemlinkError `no-shipped-genotype` when there is none, `invalid-genotype` when the file is damaged
 */
export async function readShippedGenotype(folder: string = shippedStudentFolder()): Promise<Genotype> {
  let text: string;
  try {
    text = await readFile(`${folder}/genotype.json`, "utf8");
  } catch (cause) {
    throw new SemlinkError({
      code: "no-shipped-genotype",
      where: folder,
      expected: "the file genotype.json",
      actual: describeError(cause).message,
      hint: "set student.cells.genotype to searched, or write a genotype out",
      cause,
    });
  }
  return parseGenotype(text);
}
