// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import { SemlinkError } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { join } from "node:path";
import { openRadiosOf } from "../channel/node/own-channels.ts";
import type { ChannelSpec } from "../channel/channel-spec.ts";
import type { Radio } from "../channel/radio.ts";
import type { DataConfig } from "../data/data-config.ts";
import type { Dataset } from "../data/dataset.ts";
import { prepareData } from "../data/node/prepare-data.ts";
import type { Ref } from "../run/inputs.ts";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import type { Workplace } from "../run/stage.ts";
import { loadTeacherModule, openTeacher } from "../teacher/node/open-teacher.ts";
import type { Teacher } from "../teacher/teacher.ts";
import { phaseFiles } from "../train/node/phase-files.ts";
import type { TrainingPlace } from "../train/phase.ts";

export type { RuntimeConfig } from "../run/runtime-config.ts";

/** Data by the digest of their content and split; where they lie is no input of a stage. */
export interface DataRef {
  readonly data: string;
}

/** What a run gives to its stages beside their inputs; nothing of it changes a bit. */
export interface Settings {
  /** Where data are downloaded and decoded to; the user's cache folder when undefined. */
  readonly cacheFolder: string | undefined;
  readonly detectAnomaly: boolean;
  /** The configuration that leads to the data of a digest. */
  readonly data: Readonly<Record<string, DataConfig>>;
  /** Path of a module by the digest of its content. */
  readonly modules: Readonly<Record<string, string>>;
}

/** A stage's place with semlink's settings. */
export type Place = Workplace<Settings>;

/**
 * The data of a reference.
 *
 * @throws SemlinkError "other-data" when what is found now has another digest than when the run began
 */
export async function openData({ data: digest }: DataRef, { settings, signal }: Place): Promise<Dataset> {
  const noted = settings.data[digest];
  const { digest: ofModule } = noted ?? {};
  const config = ofModule === undefined ? noted : { ...noted!, module: settings.modules[ofModule] };
  if (config !== undefined) {
    const data = await prepareData(config, { signal, cacheFolder: settings.cacheFolder });
    if (data.digest === digest) return data;
  }
  throw new SemlinkError({
    code: "other-data",
    where: config?.dataDir ?? config?.dataset ?? "data",
    expected: `data ${digest.slice(0, 10)}, as when the run began`,
    actual: config === undefined ? "no such data in this run" : "other content",
    hint: "leave the files alone while a run is at work; start it again",
  });
}

/**
 * The runtime of a job: one thread inside operators, whatever the machine. Threads change the order of sums and so the
 * bits; cores are used by shards, batches and jobs side by side.
 */
export function openRuntime({ provider }: RuntimeConfig): Promise<Runtime> {
  return nodeRuntime({
    intraOpThreads: 1,
    ...(provider === "cpu" ? {} : { executionProviders: [provider] }),
  });
}

/** Where phases of a stage train: each in a folder of its name, or in the stage's own. */
export function trainingPlace(
  at: Place,
  runtime: Runtime,
  folderOf: (phase: string) => string = (phase) => join(at.folder, phase),
): TrainingPlace {
  const { cores, report, signal, settings } = at;
  return {
    runtime,
    cores,
    detectAnomaly: settings.detectAnomaly,
    report,
    signal,
    phase: (name) => phaseFiles(folderOf(name)),
  };
}

/** A teacher by the digest of its files, or a module of a user's own by its digest. */
export type TeacherRef = Ref | { readonly module: string; readonly digest: string };

/** Opens the teacher of a reference. @throws SemlinkError as `openTeacher` and `loadTeacherModule` do */
export async function openTeacherOf(teacher: TeacherRef, config: RuntimeConfig, at: Place): Promise<Teacher> {
  const runtime = await openRuntime(config);
  if ("artifact" in teacher) return openTeacher(at.folderOf(teacher), runtime);
  const path = at.settings.modules[teacher.digest] ?? teacher.module;
  return loadTeacherModule(path).open({ runtime, signal: at.signal });
}

/** The radios of some channels, those of a user's own modules among them. */
export function openRadios(specs: readonly ChannelSpec[], at: Place): Radio[] {
  return openRadiosOf(specs, at.settings.modules);
}
