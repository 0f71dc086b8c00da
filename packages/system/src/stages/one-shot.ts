// SPDX-License-Identifier: Apache-2.0
import { writeFileAtomic } from "@semlink/engine/node";
import { join } from "node:path";
import * as z from "zod";
import type { Genotype } from "../cells/genotype.ts";
import type { Ref } from "../run/inputs.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import { oneShotFigures } from "../search/propose/search-setup.ts";
import { readStageJson } from "../store/stored-files.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import type { Settings } from "./place.ts";
import { openSearch, type SearchInputs } from "./propose.ts";

/** A finished search, and genotypes of its space. */
export interface OneShotInputs {
  readonly search: Ref;
  /** What the search was made from. */
  readonly of: SearchInputs;
  readonly genotypes: readonly Genotype[];
}

const FILE = "figures.json";

/** Leading figures of genotypes in the supernet of a finished search, in their order. */
export const oneShotStage: Stage<OneShotInputs, readonly number[], Settings> = defineStage({
  name: "one-shot",
  version: 1,
  maxCores: 1,
  async produce({ search, of, genotypes }, at) {
    const weights = await loadWeights(at.folderOf(search));
    const figures = await oneShotFigures(await openSearch(of, at), weights, genotypes);
    await writeFileAtomic(join(at.folder, FILE), `${JSON.stringify(figures)}\n`);
  },
  read: (folder, { genotypes }) => {
    const figures = z.array(z.number()).length(genotypes.length);
    return readStageJson(join(folder, FILE), figures, `${genotypes.length} figures`);
  },
});
