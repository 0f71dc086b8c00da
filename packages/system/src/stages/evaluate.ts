// SPDX-License-Identifier: Apache-2.0
import { writeFileAtomic } from "@semlink/engine/node";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { channelInfosOf, openRadio } from "../channel/channel-spec.ts";
import type { Dataset } from "../data/dataset.ts";
import { channelUsesLedger, lengthFieldBits } from "../evaluate/channel-uses.ts";
import { cleanComparisons, cleanFigures, cleanLines } from "../evaluate/clean-lines.ts";
import { CONVENTIONS, VALIDATION_CONVENTION } from "../evaluate/conventions.ts";
import { infoOf } from "../evaluate/estimates.ts";
import { MATRIX_CONVENTIONS } from "../evaluate/mismatch/assemble-matrix.ts";
import { trainingCurves } from "../evaluate/node/measured-file.ts";
import { pairedComparisons, resultLines } from "../evaluate/result-lines.ts";
import type { Experiment } from "../experiment.ts";
import { lineIds } from "../lines/line-names.ts";
import { type LineCard, linkModelPath } from "../link/node/link-folder.ts";
import { parseResults } from "../results/parse-results.ts";
import { type Results } from "../results/results.ts";
import type { Artifact, Ref } from "../run/inputs.ts";
import { provenanceOf } from "../run/provenance.ts";
import type { StudentConfig } from "../student/student-config.ts";
import { taskNamed } from "../task/tasks.ts";
import { WEIGHTS_FILE } from "../train/node/phase-files.ts";
import { cleanStage } from "./clean.ts";
import { deviceStage } from "./device.ts";
import { type MeasureLines, measureLines, measureMatrix } from "./measure-lines.ts";
import type { OpenRun } from "./open-run.ts";
import { openRuntime } from "./place.ts";
import type { ProvidedTeacher } from "./teacher.ts";
import type { BankRef } from "./targets.ts";

/** Everything that the evaluation reads. */
export interface Trained {
  readonly loaded: Dataset;
  readonly teacher: ProvidedTeacher;
  readonly targets: BankRef;
  readonly embedDim: number;
  readonly student: StudentConfig;
  readonly students: { readonly taught: Ref; readonly isTaught: boolean; readonly control: Ref | null };
  readonly trained: readonly Artifact<LineCard>[];
  /** Place of the trained line whose device decides for the lines that send a decision. */
  readonly deciding: number;
}

/** Measures every line on the test set, or on the validation split where settings are compared, and writes `results.json` into the run's folder. */
export async function evaluate(experiment: Experiment, run: OpenRun, made: Trained): Promise<Results> {
  const { loaded, teacher, targets, embedDim, student, students, trained, deciding } = made;
  const { runtime } = experiment;
  const data = { data: loaded.digest };
  const task = taskNamed(experiment.task);
  const sizes = task.sizes(loaded);
  const figures = task.figures(sizes);
  const { split } = experiment.evaluate;
  const judged = { set: loaded[split], sizes, figure: figures[0]! };
  const { channels, baselines, separation, matrix } = experiment.evaluate;
  const ids = lineIds(baselines, separation);

  const [clean, devices] = await Promise.all([
    run.stage(cleanStage, {
      data,
      split,
      task: task.name,
      teacher: teacher.ref,
      targets: targets.bank,
      embedDim,
      student,
      students: [
        { id: "student", weights: students.taught, isTaught: students.isTaught },
        ...(students.control ? [{ id: "control", weights: students.control, isTaught: false }] : []),
      ],
      runtime,
    }),
    Promise.all(trained.map((line) => run.stage(deviceStage, { data, split, line, runtime }))),
  ]);
  const setting: MeasureLines = {
    experiment,
    run,
    data,
    answerNames: loaded.classNames,
    student,
    embedDim,
    teacher: teacher.ref,
    trained,
    devices,
    deciding,
  };
  const [measured, mismatch] = await Promise.all([
    measureLines(setting, ids),
    matrix ? measureMatrix(setting, matrix) : null,
  ]);

  const [main, ...others] = measured;
  const options = {
    figures,
    channels: channels.map((spec) => ({ spec, radio: openRadio(spec, run.parts.channels) })),
    numSourceValues: loaded.test.channels * loaded.test.height * loaded.test.width,
  };
  const lines = measured.flatMap((line) => resultLines(line, options));
  const learned = new Set(trained.map(({ value }) => value.card.line));
  const { name: part, params, macs } = teacher.card;
  const results: Results = {
    schema: "semlink-results/2",
    name: experiment.name,
    task: { name: task.name },
    figures: figures.map(infoOf),
    cleanFigures,
    channels: channelInfosOf([...channels, ...(mismatch?.channels ?? [])], run.parts.channels),
    main: main!.id,
    experiment,
    provenance: provenanceOf({
      resolved: run.resolved,
      durationS: run.elapsedS(),
      timings: run.timings(),
      peakMiB: run.peakMiB(),
      runtime: await openRuntime(runtime),
    }),
    conventions: [
      ...CONVENTIONS,
      ...(split === "validation" ? [VALIDATION_CONVENTION] : []),
      ...new Set(measured.flatMap(({ convention }) => convention ?? [])),
      ...(mismatch ? MATRIX_CONVENTIONS : []),
    ],
    clean: cleanLines(
      clean.value,
      devices.flatMap(({ value: { decisions } }, i) =>
        decisions ? [{ line: trained[i]!.value.card.line, decisions }] : [],
      ),
      judged,
    ),
    lines,
    comparisons: [
      ...cleanComparisons(clean.value, judged),
      // A limit is no system: nothing is shown by being below it.
      ...pairedComparisons(
        main!,
        others.filter(({ role }) => role !== "bound"),
        judged.figure,
      ),
    ],
    ledger: [
      { part: `teacher ${part}`, side: "training-only", params, macs },
      ...measured.flatMap(({ ledger }) => ledger),
    ],
    channelUses: channelUsesLedger(lines, {
      ...options,
      lengthBitsOf: (id) => (learned.has(id) ? lengthFieldBits(experiment.codec.lengths.length) : 0),
    }),
    curves: await curvesOf(run, made),
    ...(mismatch ? { matrix: mismatch.matrix } : {}),
    bits: await digestsOf(run, made),
  };
  // What is written is what the published schema accepts.
  parseResults(results, "results");
  await writeFileAtomic(join(run.folder, "results.json"), `${JSON.stringify(results)}\n`);
  return results;
}

async function curvesOf(run: OpenRun, { students, trained }: Trained): Promise<Results["curves"]> {
  const { taught, isTaught, control } = students;
  const curves = await Promise.all([
    trainingCurves(isTaught ? "distill" : "distill (no teacher)", run.folderOf(taught)),
    ...(control ? [trainingCurves("distill (no teacher)", run.folderOf(control))] : []),
    ...trained.flatMap((line) =>
      ["phase-a", "phase-b"].map((phase) =>
        trainingCurves(`${line.value.card.line} ${phase}`, join(run.folderOf(line), phase)),
      ),
    ),
  ]);
  return curves.flat();
}

/** Digests of what decides every figure: equal in two runs that ended with the same bits. */
async function digestsOf(run: OpenRun, { students, trained }: Trained): Promise<Record<string, string>> {
  const digest = async (path: string): Promise<string> =>
    createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  const entries = [
    ["student", await digest(join(run.folderOf(students.taught), WEIGHTS_FILE))],
    ...(await Promise.all(
      trained.flatMap((line) => {
        const folder = run.folderOf(line);
        const { line: id } = line.value.card;
        return [
          digest(join(folder, WEIGHTS_FILE)).then((bits) => [`${id} weights`, bits]),
          digest(linkModelPath(folder, "receiver")).then((bits) => [`${id} receiver`, bits]),
        ];
      }),
    )),
  ];
  return Object.fromEntries(entries) as Record<string, string>;
}
