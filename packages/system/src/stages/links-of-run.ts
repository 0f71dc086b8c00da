// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import * as z from "zod";
import { channelKinds } from "../channel/channel-kinds.ts";
import { type CodecConfig, type CodecKind, parseExperiment, type StudentConfig } from "../experiment.ts";
import { contentHash } from "../store/canonical-json.ts";
import { parseSearchResults, SEARCH_FILE } from "../search/search-results-schema.ts";
import { resolveStudent } from "../student/node/resolve-student.ts";

/** A trained link, of this run or of another, with what is needed to build its networks. */
export interface TestedLink {
  /** Name of the other run; absent for links of this one. */
  readonly run?: string;
  readonly kind: CodecKind;
  readonly folder: string;
  /** Key of its stage: equal keys mean equal weights. */
  readonly key: string;
  readonly student: StudentConfig;
  readonly codec: CodecConfig;
}

const resolvedSchema = z.object({ experiment: z.unknown() });
const recordSchema = z.object({
  key: z.string(),
  finishedAt: z.string(),
  inputs: z.record(z.string(), z.unknown()),
});

type StageRecord = z.infer<typeof recordSchema>;

/**
 * The finished links of the experiment that a run folder was last opened with, one for each of its codecs.
 *
 * @param dataDigest - data that they must have been trained on, since only then do they meet the same test images
 * @param numSymbols - length that they must know
 * @throws SemlinkError "missing-run" when the folder is no run, "missing-link" when a codec has no finished training
 * there, "other-data" when it had other data, "unknown-length" when it has no such length
 */
export async function linksOfRun(
  folder: string,
  { dataDigest, numSymbols }: { readonly dataDigest: string; readonly numSymbols: number },
): Promise<TestedLink[]> {
  const experiment = await experimentOf(folder);
  const { codec, robust, seed } = experiment;
  const { student } = await resolveStudent(experiment, () => chosenStudent(folder));
  if (!codec.lengths.includes(numSymbols)) {
    throw new SemlinkError({
      code: "unknown-length",
      where: folder,
      expected: `a codec that sends ${numSymbols} symbols`,
      actual: `lengths of ${codec.lengths.join(", ")} symbols`,
      hint: "set evaluate.matrix.numSymbols to a length that all runs have",
    });
  }
  return Promise.all(
    codec.kinds.map(async (kind) => {
      const training = { codec: { ...codec, kinds: [kind] }, robust, seed, channelKinds };
      const trained = (await finishedStages(folder, `codec-${kind}-`)).filter(({ record }) =>
        Object.entries(training).every(([name, value]) => isSame(record.inputs[name], value)),
      );
      const newest = trained.toSorted((a, b) => (a.record.finishedAt < b.record.finishedAt ? 1 : -1))[0];
      if (newest === undefined) throw missingLink(folder, kind);
      const { data } = newest.record.inputs;
      if (data !== dataDigest) throw otherData(folder, String(data), dataDigest);
      const run = basename(resolve(folder));
      return { run, kind, folder: newest.path, key: newest.record.key, student, codec };
    }),
  );
}

/** The student that the search of a run chose. */
async function chosenStudent(folder: string): Promise<StudentConfig> {
  const path = join(folder, SEARCH_FILE);
  const { architectures, chosen } = parseSearchResults(await readFile(path, "utf8"), path);
  return architectures.find(({ id }) => id === chosen)!.student;
}

async function experimentOf(folder: string): Promise<ReturnType<typeof parseExperiment>> {
  const path = join(folder, "resolved.json");
  let resolved: z.infer<typeof resolvedSchema>;
  try {
    resolved = resolvedSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    throw new SemlinkError({
      code: "missing-run",
      where: path,
      expected: "the description of a run",
      actual: describeError(cause).message,
      hint: "name the folder of a run, such as runs/quick",
      cause,
    });
  }
  return parseExperiment(resolved.experiment, path);
}

async function finishedStages(
  folder: string,
  start: string,
): Promise<{ readonly path: string; readonly record: StageRecord }[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(start));
  const stages = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const record = await recordIn(path);
      return record === undefined ? [] : [{ path, record }];
    }),
  );
  return stages.flat();
}

/** Undefined for a stage that has not finished, or whose record is damaged. */
async function recordIn(path: string): Promise<StageRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(join(path, "stage.json"), "utf8")));
  } catch {
    return undefined;
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return a !== undefined && contentHash(a) === contentHash(b);
}

function missingLink(folder: string, kind: CodecKind): SemlinkError {
  return new SemlinkError({
    code: "missing-link",
    where: folder,
    expected: `a trained ${kind} link`,
    actual: "none that has finished",
    hint: "run `semlink codec` with the configuration of that run first",
  });
}

function otherData(folder: string, actual: string, expected: string): SemlinkError {
  const start = (digest: string): string => `data ${digest.slice(0, 10)}`;
  return new SemlinkError({
    code: "other-data",
    where: folder,
    expected: start(expected),
    actual: start(actual),
    hint: "links are compared on the same test images: train both runs with the same `data` and split",
  });
}
