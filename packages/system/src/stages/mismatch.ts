// SPDX-License-Identifier: Apache-2.0
import { digitalLabels } from "../lines/digital/digital-labels.ts";
import { channelId } from "../channel/channel-spec.ts";
import type { Dataset } from "../data/dataset.ts";
import type { TrainedLink } from "./harden.ts";
import type { Experiment, MatrixConfig } from "../experiment.ts";
import { digitalLinesOf } from "../lines/baseline-names.ts";
import { jobPayload } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { runStage } from "./old-stage.ts";
import { LINK_NAMES } from "../evaluate/assemble-results.ts";
import { digitalFolders, digitalInputs, type DigitalSystems } from "./baseline.ts";
import { assembleMatrix, type MeasuredSystem } from "../evaluate/mismatch/assemble-matrix.ts";
import { linksOfRun, type TestedLink } from "./links-of-run.ts";
import { channelsOf } from "../evaluate/mismatch/matrix-channels.ts";
import type { Matrix } from "../results/matrix.ts";
import { type MeasuredConditions, readConditions } from "../evaluate/mismatch/measure-conditions.ts";
import { matrixLabelLines, type MismatchPayload } from "./mismatch-job.ts";
import { identityOverAll } from "../evaluate/mismatch/tested-system.ts";

/** What the figures of a matrix assume beside the conventions of every results file. */
export const MATRIX_CONVENTIONS: readonly string[] = [
  "matrix: one transmission of each image under each condition; all systems and conditions meet the same fades and noise, and a change is the paired difference to the first condition of the table",
  "matrix: a codec is told the kind of the channel where training met that kind, and otherwise that of its first trained channel; label lines use no equaliser and are told nothing; digital lines use zero forcing, and code rate and constellation are chosen for AWGN or Rayleigh block fading with a known gain, whichever kind the channel is of, at the Es/N0 that is told",
];

/**
 * Measures the links of the experiment, those of the runs it is held against, and other lines on the first link's device,
 * under every condition of the matrix. Each link, and each digital line, is a stage of its own.
 *
 * @returns undefined when the experiment asks for no matrix
 * @throws SemlinkError as {@link linksOfRun} does
 */
export async function measureMismatch(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  trained: readonly TrainedLink[],
  systems: DigitalSystems,
): Promise<Matrix | undefined> {
  const { matrix } = experiment.evaluate;
  if (matrix === undefined) return undefined;
  const { student, codec } = experiment;
  const own = trained.map((link): TestedLink => ({ ...link, student, codec }));
  const { numSymbols } = matrix;
  const others = await Promise.all(
    matrix.against.map((folder) => linksOfRun(folder, { dataDigest: data.digest, numSymbols })),
  );
  const links = withoutRepeats([...own, ...others.flat()]);
  const measure = (link: TestedLink, tested: MismatchPayload["tested"]): Promise<MeasuredConditions[]> =>
    measureSystems({ experiment, run, data, matrix, link, tested, systems });
  const labelLines = matrixLabelLines(matrix);
  const digitalLines = digitalLinesOf(matrix.baselines, experiment.evaluate.separation);
  const [ofLinks, ofLabels, ofDigital] = await Promise.all([
    Promise.all(links.map((link) => measure(link, "link"))),
    labelLines.length > 0 ? measure(links[0]!, "labels") : [],
    Promise.all(digitalLines.map((name) => measure(links[0]!, name))),
  ]);
  return assembleMatrix(matrix, [
    ...links.map((link, index) => linkRow(link, index === 0 ? "link" : "rival", ofLinks[index]![0]!)),
    ...labelLines.map(({ name, label }, index) => ({
      ...{ id: name, label, role: "baseline" as const, trainedOn: [] },
      measured: ofLabels[index]!,
    })),
    ...digitalLines.map((name, index) => ({
      ...{ id: name, label: digitalLabels[name], role: "digital" as const, trainedOn: [] },
      measured: ofDigital[index]![0]!,
    })),
  ]);
}

/** @returns figures of each system: the link, the label lines in their order, or the digital line */
async function measureSystems(request: {
  readonly experiment: Experiment;
  readonly run: OpenRun;
  readonly data: Dataset;
  readonly matrix: MatrixConfig;
  readonly link: TestedLink;
  readonly tested: MismatchPayload["tested"];
  readonly systems: DigitalSystems;
}): Promise<MeasuredConditions[]> {
  const { experiment, run, data, matrix, link, tested } = request;
  const { images, esNoDb, numSymbols } = matrix;
  const channels = channelsOf(matrix.axes);
  const isDigitalLine = tested !== "link" && tested !== "labels";
  const systems =
    tested === "labels"
      ? matrixLabelLines(matrix)
      : [identityOverAll(tested === "link" ? link.kind : tested)];
  const stage = await runStage(run, {
    name: `mismatch-${tested === "link" ? link.kind : tested}`,
    version: 1,
    inputs: {
      data: data.digest,
      link: link.key,
      systems: systems.map(({ name }) => name),
      ...(isDigitalLine ? digitalInputs(tested, request.systems, experiment.evaluate.separation) : {}),
      ...{ images, esNoDb, numSymbols, channels },
      seed: experiment.seed,
    },
    async produce(folder) {
      const folders = digitalFolders(request.systems);
      const payload = { ...jobPayload(experiment, run, folder), ...folders, matrix, link, tested };
      await run.jobs.run([{ job: "mismatch", payload }]);
    },
    read: (folder) => Promise.all(systems.map((system) => readConditions(folder, system, channels))),
  });
  return stage.value;
}

function linkRow(
  { run, kind, codec }: TestedLink,
  role: MeasuredSystem["role"],
  measured: MeasuredConditions,
): MeasuredSystem {
  const row = { role, trainedOn: codec.channels.map(channelId), measured };
  if (run === undefined) return { id: kind, label: LINK_NAMES[kind], ...row };
  return { id: `${run}/${kind}`, label: `${LINK_NAMES[kind]} of ${run}`, ...row };
}

/** Links of equal weights once: a run may be held against itself, or against one that has a stage in common with it. */
function withoutRepeats(links: readonly TestedLink[]): TestedLink[] {
  return links.filter(({ key }, index) => links.findIndex((link) => link.key === key) === index);
}
