// SPDX-License-Identifier: Apache-2.0
import type { HardenPayload } from "../distill/harden-stage.ts";
import type { TransferPayload } from "../distill/transfer-stage.ts";
import type { EvaluateBaselinePayload } from "../evaluate/baseline-stage.ts";
import type { CleanEvaluation } from "../evaluate/clean-evaluation.ts";
import type { EvaluateCleanPayload, EvaluateLinkPayload } from "../evaluate/evaluate-stage.ts";
import type { FineTunePayload } from "../evaluate/fine-tune-stage.ts";
import type { MismatchPayload } from "../evaluate/mismatch/mismatch-job.ts";
import type { Reporter } from "../progress.ts";
import type { LatencyPayload } from "../search/controls/latency.ts";
import type { OneShotPayload, SearchPayload } from "../search/propose-stage.ts";
import type { TestEmbeddingsPayload } from "../search/select/test-embeddings.ts";
import type { TrialPayload } from "../search/select/trial-stage.ts";
import type { TargetsPayload } from "../targets/targets-stage.ts";
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
    (await import("../teacher/teacher-stage.ts")).trainTeacherJob(payload, context),
  "target-statistics": async (payload: TargetsPayload, context: JobContext): Promise<void> =>
    (await import("../targets/targets-stage.ts")).targetStatisticsJob(payload, context),
  targets: async (payload: TargetsPayload, context: JobContext): Promise<void> =>
    (await import("../targets/targets-stage.ts")).targetsJob(payload, context),
  transfer: async (payload: TransferPayload, context: JobContext): Promise<void> =>
    (await import("../distill/transfer-stage.ts")).transferJob(payload, context),
  harden: async (payload: HardenPayload, context: JobContext): Promise<void> =>
    (await import("../distill/harden-stage.ts")).hardenJob(payload, context),
  "evaluate-clean": async (
    payload: EvaluateCleanPayload,
    context: JobContext,
  ): Promise<Readonly<Record<string, CleanEvaluation>>> =>
    (await import("../evaluate/evaluate-stage.ts")).evaluateCleanJob(payload, context),
  "evaluate-link": async (payload: EvaluateLinkPayload, context: JobContext): Promise<void> =>
    (await import("../evaluate/evaluate-stage.ts")).evaluateLinkJob(payload, context),
  "evaluate-baseline": async (payload: EvaluateBaselinePayload, context: JobContext): Promise<void> =>
    (await import("../evaluate/baseline-job.ts")).evaluateBaselineJob(payload, context),
  "fine-tune": async (payload: FineTunePayload, context: JobContext): Promise<void> =>
    (await import("../evaluate/fine-tune-stage.ts")).fineTuneJob(payload, context),
  mismatch: async (payload: MismatchPayload, context: JobContext): Promise<void> =>
    (await import("../evaluate/mismatch/mismatch-job.ts")).mismatchJob(payload, context),
  "test-embeddings": async (payload: TestEmbeddingsPayload, context: JobContext): Promise<void> =>
    (await import("../search/select/test-embeddings.ts")).testEmbeddingsJob(payload, context),
  trial: async (payload: TrialPayload, context: JobContext): Promise<void> =>
    (await import("../search/select/trial-stage.ts")).trialJob(payload, context),
  latency: async (payload: LatencyPayload, context: JobContext): Promise<number[]> =>
    (await import("../search/controls/latency.ts")).latencyJob(payload, context),
  search: async (payload: SearchPayload, context: JobContext): Promise<void> =>
    (await import("../search/propose-stage.ts")).searchJob(payload, context),
  "one-shot": async (payload: OneShotPayload, context: JobContext): Promise<number[]> =>
    (await import("../search/propose-stage.ts")).oneShotJob(payload, context),
};

/** Payload that the job of that name takes. */
export type PayloadOf<Table extends JobTable, Name extends keyof Table> = Parameters<Table[Name]>[0];

/** Result that the job of that name gives. */
export type JobResult<Table extends JobTable, Name extends keyof Table> = Awaited<ReturnType<Table[Name]>>;

/** Name of a job. */
export type JobName = keyof typeof jobTable;
