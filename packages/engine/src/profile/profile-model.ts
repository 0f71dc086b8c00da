// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import { rngFrom } from "../random/index.ts";
import type { NamedTensors, Runtime } from "../runtime/runtime.ts";
import type { TrainStep } from "../train/train-step.ts";
import type { StepData, TrainerOptions } from "../train/trainer.ts";
import { Trainer } from "../train/trainer.ts";
import type { Profile, ProfiledRuns } from "./profile.ts";
import { phasedScopes, profileOf } from "./profile.ts";
import { traceSessions } from "./trace.ts";

/** How long something is profiled. */
export interface ProfileLength {
  /** Runs that are measured, 5 if left out. */
  readonly numRuns?: number;
  /** Runs before them, 2 if left out. */
  readonly numWarmups?: number;
}

/** What {@link profileModel} runs a model with. */
export interface ModelProfileOptions extends ProfileLength {
  readonly runtime: Runtime;
  /** A value for every input, the same in each run. */
  readonly feeds: NamedTensors;
  /** Threads inside one operator; the runtime's choice if left out. */
  readonly intraOpThreads?: number;
}

/** What {@link profileStep} runs a training step with: the settings of a `Trainer`, and one batch. */
export interface StepProfileOptions
  extends ProfileLength, Pick<TrainerOptions, "runtime" | "binding" | "initial" | "session"> {
  /** The inputs of the objective, the same in each step; as many micro-batches as the step accumulates. */
  readonly data: StepData;
  /** Rate of each step, 0 if left out: the weights stay as they are. */
  readonly learningRate?: number;
}

/**
 * Where the time of an ONNX model goes, by operator and module path: the model runs under ONNX Runtime's own profiler.
 *
 * Models of the engine (`lower`, `exportModel`, `Evaluator.model`) carry module paths; in files of others the path is the
 * part of a node's name before the last slash. Measuring costs about a microsecond a kernel. Kernels on another device
 * than the processor are not in the profile.
 *
 * @param model - bytes of an ONNX file
 * @throws SemlinkError `profile-length`, `session-failed`, `run-failed`, `no-profile`, `incomplete-profile`
 */
export async function profileModel(model: Uint8Array, options: ModelProfileOptions): Promise<Profile> {
  const { runtime, feeds, intraOpThreads } = options;
  const runs = profiledRuns(options);
  const traces = await traceSessions(runtime, async (traced) => {
    const session = await traced.createSession(model, intraOpThreads === undefined ? {} : { intraOpThreads });
    try {
      for (let run = 0; run < runs.numWarmups + runs.numRuns; run++) await session.run(feeds);
    } finally {
      await session.release();
    }
  });
  return profileOf(traces, runs);
}

/**
 * Where the time of a training step goes, by phase, operator and module path: a trainer of its own takes some steps under
 * ONNX Runtime's profiler. See {@link profileModel} for what is in the times.
 *
 * A node that several phases share counts in the first of them. Update nodes belong to no module.
 *
 * @throws SemlinkError as `Trainer.run` does, and `profile-length`, `no-profile`, `incomplete-profile`
 */
export async function profileStep(step: TrainStep, options: StepProfileOptions): Promise<Profile> {
  const { data, learningRate = 0 } = options;
  const runs = profiledRuns(options);
  const traces = await traceSessions(options.runtime, async (runtime) => {
    const rng = rngFrom(0).fold("profile");
    const trainer = await Trainer.create(step, { ...options, runtime, rng, scopeOf: phasedScopes(step) });
    try {
      for (let run = 0; run < runs.numWarmups + runs.numRuns; run++) await trainer.run(data, learningRate);
    } finally {
      await trainer.release();
    }
  });
  return profileOf(traces, runs);
}

function profiledRuns({ numRuns = 5, numWarmups = 2 }: ProfileLength): ProfiledRuns {
  if (Number.isInteger(numRuns) && numRuns >= 1 && Number.isInteger(numWarmups) && numWarmups >= 0)
    return { numRuns, numWarmups };
  throw new SemlinkError({
    code: "profile-length",
    where: "profile",
    expected: "at least one run, and whole numbers of runs and warm-ups",
    actual: `${numRuns} runs, ${numWarmups} warm-ups`,
  });
}
