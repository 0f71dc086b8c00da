// SPDX-License-Identifier: Apache-2.0
import type { HardenPayload } from "./harden.ts";
import type { TransferPayload } from "./transfer.ts";
import type { EvaluateBaselinePayload } from "./baseline.ts";
import type { CleanEvaluation } from "../evaluate/clean-evaluation.ts";
import type { EvaluateCleanPayload, EvaluateLinkPayload } from "./evaluate.ts";
import type { FineTunePayload } from "./fine-tune.ts";
import type { MismatchPayload } from "./mismatch-job.ts";
import type { Reporter } from "../run/progress.ts";
import type { LatencyPayload } from "./latency.ts";
import type { OneShotPayload, SearchPayload } from "./propose.ts";
import type { TestEmbeddingsPayload } from "./test-embeddings.ts";
import type { TrialPayload } from "./trial.ts";
import type { TargetsPayload } from "./targets.ts";
import type { JobPayload } from "./job-setting.ts";

/** What a job gets beside its payload. */
export interface JobContext {
  /** Reaches the reporter of the parent process. */
  readonly report: Reporter;
  /** Fires when the job is to save its state and reject with the signal's reason. */
  readonly signal: AbortSignal;
}

/** Work done in a child process. Payload and result cross by structured clone: data and typed arrays, no functions. */
export type Job = (payload: never, context: JobContext) => Promise<unknown>;

/** Jobs by name. */
export type JobTable = Readonly<Record<string, Job>>;

/**
 * Every job. To add one: a line here that imports its function when it is called, so that a child loads only what
 * it runs.
 */
export const jobTable = {
  "train-teacher": async (payload: JobPayload, context: JobContext): Promise<void> =>
    (await import("./teacher.ts")).trainTeacherJob(payload, context),
  "target-statistics": async (payload: TargetsPayload, context: JobContext): Promise<void> =>
    (await import("./targets.ts")).targetStatisticsJob(payload, context),
  targets: async (payload: TargetsPayload, context: JobContext): Promise<void> =>
    (await import("./targets.ts")).targetsJob(payload, context),
  transfer: async (payload: TransferPayload, context: JobContext): Promise<void> =>
    (await import("./transfer.ts")).transferJob(payload, context),
  harden: async (payload: HardenPayload, context: JobContext): Promise<void> =>
    (await import("./harden.ts")).hardenJob(payload, context),
  "evaluate-clean": async (
    payload: EvaluateCleanPayload,
    context: JobContext,
  ): Promise<Readonly<Record<string, CleanEvaluation>>> =>
    (await import("./evaluate.ts")).evaluateCleanJob(payload, context),
  "evaluate-link": async (payload: EvaluateLinkPayload, context: JobContext): Promise<void> =>
    (await import("./evaluate.ts")).evaluateLinkJob(payload, context),
  "evaluate-baseline": async (payload: EvaluateBaselinePayload, context: JobContext): Promise<void> =>
    (await import("./baseline-job.ts")).evaluateBaselineJob(payload, context),
  "fine-tune": async (payload: FineTunePayload, context: JobContext): Promise<void> =>
    (await import("./fine-tune.ts")).fineTuneJob(payload, context),
  mismatch: async (payload: MismatchPayload, context: JobContext): Promise<void> =>
    (await import("./mismatch-job.ts")).mismatchJob(payload, context),
  "test-embeddings": async (payload: TestEmbeddingsPayload, context: JobContext): Promise<void> =>
    (await import("./test-embeddings.ts")).testEmbeddingsJob(payload, context),
  trial: async (payload: TrialPayload, context: JobContext): Promise<void> =>
    (await import("./trial.ts")).trialJob(payload, context),
  latency: async (payload: LatencyPayload, context: JobContext): Promise<number[]> =>
    (await import("./latency.ts")).latencyJob(payload, context),
  search: async (payload: SearchPayload, context: JobContext): Promise<void> =>
    (await import("./propose.ts")).searchJob(payload, context),
  "one-shot": async (payload: OneShotPayload, context: JobContext): Promise<number[]> =>
    (await import("./propose.ts")).oneShotJob(payload, context),
};

/** Payload that the job of that name takes. */
export type PayloadOf<Table extends JobTable, Name extends keyof Table> = Parameters<Table[Name]>[0];

/** Result that the job of that name gives. */
export type JobResult<Table extends JobTable, Name extends keyof Table> = Awaited<ReturnType<Table[Name]>>;

/** Name of a job. */
export type JobName = keyof typeof jobTable;
