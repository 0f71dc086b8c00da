// SPDX-License-Identifier: Apache-2.0
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatGenotype } from "../../cells/genotype.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { cellsConfig } from "../cells.fixture.ts";
import { inlineGenotype } from "../student-encoder.ts";
import { readShippedGenotype } from "./shipped-student.ts";

const folder = eachTempFolder();
const genotype = inlineGenotype(cellsConfig());

describe("readShippedGenotype", () => {
  it("reads what formatGenotype wrote", async () => {
    await mkdir(folder(), { recursive: true });
    await writeFile(join(folder(), "genotype.json"), formatGenotype(genotype));
    expect(await readShippedGenotype(folder())).toEqual(genotype);
  });

  it("says what to do where there is none", async () => {
    await expect(readShippedGenotype(folder())).rejects.toThrow(
      expect.objectContaining({ code: "no-shipped-genotype", where: folder() }),
    );
  });
});
