// SPDX-License-Identifier: Apache-2.0
import { nameTree } from "@semlink/engine";
import { channelKinds } from "../channel/channel-kinds.ts";
import { cat } from "../lines/learned/codec-line.ts";
import { drawnWeights } from "../open-graph.fixture.ts";
import { exportLink, linkModels, type LinkModels } from "./export-link.ts";
import type { LinkCard } from "./link-card.ts";
import { tinyCard } from "./link-card.fixture.ts";
import { tinyProblem } from "./tiny-problem.fixture.ts";

/** The models of a small link as files. */
export type ExportedFiles = Readonly<Record<keyof LinkModels, Uint8Array>>;

/**
 * A CAT link with drawn weights for the tiny problem, exported as a run exports it.
 *
 * @param changes - parts of its card that are to be others
 */
export function exportedTinyLink(changes: Partial<LinkCard> = {}): ExportedFiles {
  const { problem, data, experiment } = tinyProblem();
  const settings = cat.settings.parse(experiment.codec.cat);
  const network = cat.network(problem, settings);
  nameTree(network);
  const images = { shape: problem.imageShape, range: [0, 255], mean: data.mean, std: data.std } as const;
  const card = tinyCard({ line: "cat", images, ...changes });
  const models = linkModels(network, cat.graph(network, problem, settings), {
    images,
    lengths: problem.code.lengths,
    channelKinds,
    featureDim: problem.embedDim,
    answer: "logits",
  });
  return exportLink(models, drawnWeights(network, 2), card);
}
