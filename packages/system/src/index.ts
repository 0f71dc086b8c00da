// SPDX-License-Identifier: Apache-2.0
export type {
  ChannelDraw,
  ChannelModel,
  DrawOptions,
  Reception,
  ReceptionTensors,
  Transmission,
  TransmissionTensors,
} from "./channel/channel-model.ts";
export { channelNamed } from "./channel/channels.ts";
export { defineChannel } from "./channel/define-channel.ts";
export type { ChannelDefinition, ChannelFamily, ChannelParts } from "./channel/define-channel.ts";
export { imageNoise } from "./channel/image-noise.ts";
export { loadChannelModule } from "./channel/load-channel-module.ts";
export { userCacheFolder } from "./data/user-cache.ts";
export { parseResults, resultsJsonSchema } from "./evaluate/results.ts";
export type {
  CleanLine,
  Comparison,
  Curve,
  LedgerRow,
  Line,
  Measured,
  Point,
  Provenance,
  Results,
} from "./evaluate/results.ts";
export { applyOverrides, defineExperiment, experimentJsonSchema, parseExperiment } from "./experiment.ts";
export type { Experiment, ExperimentInput } from "./experiment.ts";
export { inspectModel } from "./inspect/index.ts";
export type { InspectOptions, ModelCost, ModelInspection, SizeChoice } from "./inspect/index.ts";
export { runExperiment, STAGES } from "./pipeline.ts";
export type { StageName } from "./pipeline.ts";
export { presetNamed, presets } from "./presets/presets.ts";
export type { ProgressEvent, Reporter } from "./progress.ts";
export { writeReport } from "./report/index.ts";
export type { ReportFiles } from "./report/index.ts";
export { percentWithInterval, signedPointsWithInterval } from "./report/number-format.ts";
export { channelName } from "./report/selection.ts";
export { openRun } from "./run/open-run.ts";
export type { OpenRun, OpenRunOptions } from "./run/open-run.ts";
export type { StageTiming } from "./run/run-context.ts";
export { openTeacher } from "./teacher/teacher.ts";
export type { Teacher, TeacherCard } from "./teacher/teacher.ts";
export { shippedTeacherFolder } from "./teacher/teacher-stage.ts";
export type { VerifyCheck } from "./verify/check.ts";
export { verifyRadio } from "./verify/verify-radio.ts";
export type { VerifyOptions, VerifyReport } from "./verify/verify-radio.ts";
