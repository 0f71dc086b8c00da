// SPDX-License-Identifier: Apache-2.0
import { copyFile, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { describeError, SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import * as z from "zod";
import { makeFolder } from "../store/folders.ts";
import { knownPrimitives } from "../cells/primitive-sets.ts";
import { openRadio } from "../channel/channel-spec.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Experiment } from "../experiment.ts";
import type { LineProblem } from "../lines/learned/learned-line.ts";
import type { LearnedLineSpec } from "../lines/learned/line-spec.ts";
import { rehearse } from "../lines/learned/rehearsal.ts";
import { openLearnedLine } from "../lines/node/own-lines.ts";
import { type LineCard, linkModelPath, readLineCard } from "../link/node/link-folder.ts";
import type { Artifact, Ref } from "../run/inputs.ts";
import { studentConfigSchema } from "../student/student-config.ts";
import { taskNamed } from "../task/tasks.ts";
import type { TeacherCard } from "../teacher/card.ts";
import { type OpenRun, STORE_FOLDER } from "./open-run.ts";
import { openRuntime } from "./place.ts";

/**
 * Rehearses the lines of a user's own modules, once images and teacher are known and before anything is computed from them.
 * A student of cells may not be known yet; the hand-made one stands in for it.
 *
 * @throws SemlinkError "line-module"
 */
export async function rehearseOwnLines(
  { task: name, student, codec, robust, runtime }: Experiment,
  { parts }: Pick<OpenRun, "parts">,
  lines: readonly LearnedLineSpec[],
  { data, card }: { readonly data: Dataset; readonly card: TeacherCard },
): Promise<void> {
  const own = lines.filter(({ digest }) => digest !== undefined);
  if (own.length === 0) return;
  const task = taskNamed(name);
  const { channels, height, width } = data.train;
  const problem: LineProblem = {
    task,
    sizes: task.sizes(data),
    imageShape: [channels, height, width],
    embedDim: card.outputs.embedding.width,
    student: student.architecture === "compact-cnn" ? student : studentConfigSchema.parse({}),
    primitives: knownPrimitives,
    code: codec,
    radios: codec.channels.map((spec) => openRadio(spec, parts.channels)),
    robust,
  };
  const opened = await openRuntime(runtime);
  for (const spec of own) {
    const line = parts.lines[spec.digest!]!;
    await rehearse({ line, spec, problem, data, runtime: opened });
  }
}

/** Whether a line starts from the student that never met the teacher. */
export function startsFromControl(line: LearnedLineSpec): boolean {
  return openLearnedLine(line, {}).startsFrom === "control";
}

/**
 * Place of the first line whose device answers by itself: lines that send a decision, or bits, have its device.
 *
 * @throws SemlinkError "missing-output" when such lines are asked for and there is no such device
 */
export function decidingLine({ evaluate }: Experiment, lines: readonly LearnedLineSpec[]): number {
  const place = lines.findIndex((line) => openLearnedLine(line, {}).decides);
  if (place >= 0) return place;
  const { baselines, matrix } = evaluate;
  const [asked] = [...baselines, ...(matrix?.baselines ?? [])];
  if (asked === undefined) return 0;
  throw new SemlinkError({
    code: "missing-output",
    where: "lines",
    expected: `a line whose device decides by itself, since ${asked} sends its decision`,
    actual: lines.map(({ id }) => id).join(", "),
    hint: "add cat or film-mlp to `lines`, or set evaluate.baselines=[]",
  });
}

/**
 * Looks for the lines of the other runs that this one is held against, before anything is trained. A run that is held against
 * itself has none yet.
 *
 * @throws SemlinkError as {@link linesOfRun} does
 */
export async function checkOtherRuns(
  { evaluate: { matrix } }: Experiment,
  run: OpenRun,
  data: string,
): Promise<void> {
  for (const folder of matrix?.against ?? []) {
    if (resolve(folder) === resolve(run.folder)) continue;
    await linesOfRun(folder, run, { data, numSymbols: matrix!.numSymbols });
  }
}

const notedSchema = z.strictObject({
  data: z.string(),
  lines: z.array(z.strictObject({ id: z.string(), artifact: z.string(), folder: z.string() })),
});

const FILE = "lines.json";
/** Parts of a link that people take away. */
const SHIPPED = ["transmitter", "receiver"] as const;

/** Notes the trained lines of a run, and lays their exported halves into its folder `links`. */
export async function noteLines(
  run: OpenRun,
  { data, trained }: { readonly data: string; readonly trained: readonly Artifact<LineCard>[] },
): Promise<void> {
  const links = join(run.folder, "links");
  await makeFolder(links);
  const lines = trained.map((line) => ({
    id: line.value.card.line,
    artifact: line.artifact,
    folder: basename(run.folderOf(line)),
  }));
  for (const line of trained) {
    for (const part of SHIPPED) {
      await copyFile(
        linkModelPath(run.folderOf(line), part),
        join(links, `${line.value.card.line}.${part}.onnx`),
      );
    }
  }
  await writeFileAtomic(join(run.folder, FILE), `${JSON.stringify({ data, lines }, null, 2)}\n`);
}

/** A trained line of another run. */
export interface OtherLine {
  /** Name of the run. */
  readonly run: string;
  readonly ref: Ref;
  readonly card: LineCard;
}

/**
 * The trained lines of another run, brought into this one.
 *
 * @param folder - of the other run
 * @param options - data that they must have been trained on, since only then do they meet the same test images; a length that
 * they must have
 * @throws SemlinkError "missing-run" when the folder is no run that has trained its lines, "missing-line" when they are not
 * in its store any more, "other-data", "unknown-length"
 */
export async function linesOfRun(
  folder: string,
  run: OpenRun,
  { data, numSymbols }: { readonly data: string; readonly numSymbols: number },
): Promise<OtherLine[]> {
  const noted = await readNoted(folder);
  if (noted.data !== data) throw otherData(folder, noted.data, data);
  const store = join(dirname(resolve(folder)), STORE_FOLDER);
  return Promise.all(
    noted.lines.map(async ({ id, artifact, folder: name }): Promise<OtherLine> => {
      const path = join(store, name);
      const card = await readLineCard(path).catch((cause: unknown) => {
        throw missingLine(folder, id, cause);
      });
      const { lengths } = card.card;
      if (!lengths.includes(numSymbols)) throw unknownLength(folder, numSymbols, lengths);
      return { run: basename(resolve(folder)), ref: run.external(artifact, path), card };
    }),
  );
}

async function readNoted(folder: string): Promise<z.infer<typeof notedSchema>> {
  const path = join(folder, FILE);
  try {
    return notedSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    throw new SemlinkError({
      code: "missing-run",
      where: path,
      expected: "the trained lines of a run",
      actual: describeError(cause).message,
      hint: "name the folder of a run, such as runs/quick; one of an earlier version must be run again",
      cause,
    });
  }
}

function missingLine(folder: string, id: string, cause: unknown): SemlinkError {
  return new SemlinkError({
    code: "missing-line",
    where: folder,
    expected: `the trained line ${id} in its store`,
    actual: describeError(cause).message,
    hint: "run `semlink codec` with the configuration of that run again",
    cause,
  });
}

function unknownLength(where: string, numSymbols: number, lengths: readonly number[]): SemlinkError {
  return new SemlinkError({
    code: "unknown-length",
    where,
    expected: `a line that sends ${numSymbols} symbols`,
    actual: `lengths of ${lengths.join(", ")} symbols`,
    hint: "set evaluate.matrix.numSymbols to a length that all runs have",
  });
}

function otherData(where: string, actual: string, expected: string): SemlinkError {
  const start = (digest: string): string => `data ${digest.slice(0, 10)}`;
  return new SemlinkError({
    code: "other-data",
    where,
    expected: start(expected),
    actual: start(actual),
    hint: "links are compared on the same test images: train both runs with the same `data` and split",
  });
}
