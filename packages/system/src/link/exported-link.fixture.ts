// SPDX-License-Identifier: Apache-2.0
import { cat, filmMlp } from "../lines/learned/codec-line.ts";
import { openLearned } from "../lines/learned/learned-line.fixture.ts";
import type { LinkModels } from "./export-link.ts";
import { tinyProblem } from "./tiny-problem.fixture.ts";

/** The models of a small link of a codec with drawn weights as files, exported as a run exports them. */
export function exportedTinyLink(
  codec: "cat" | "film-mlp" = "cat",
): Readonly<Record<keyof LinkModels, Uint8Array>> {
  const { experiment } = tinyProblem();
  const [line, settings] =
    codec === "cat" ? [cat, experiment.codec.cat] : [filmMlp, experiment.codec.filmMlp];
  return openLearned({ title: codec, line, settings }).files;
}
