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
export { loadChannelModule } from "./channel/node/load-channel-module.ts";
export { alternatingFlipCrop } from "./data/augment.ts";
export { forEachBatch, ImageBatches } from "./data/image-batches.ts";
export type { ImageBatch, ImageBatchesOptions } from "./data/image-batches.ts";
export { prepareData } from "./data/node/prepare-data.ts";
export { userCacheFolder } from "./data/node/user-cache.ts";
export type { Matrix, MatrixCell, MatrixSystem, MatrixTable } from "./results/matrix.ts";
export { parseResults, resultsJsonSchema, TEACHER_WORTH } from "./results/results.ts";
export type {
  ChannelInfo,
  CleanLine,
  Comparison,
  Curve,
  FigureInfo,
  LedgerRow,
  Measured,
  MeasuredFigures,
  PlainValue,
  Point,
  Provenance,
  ResultLine,
  Results,
} from "./results/results.ts";
export { applyOverrides, defineExperiment, experimentJsonSchema, parseExperiment } from "./experiment.ts";
export type { Experiment, ExperimentInput } from "./experiment.ts";
export { inspectModel } from "./inspect/index.ts";
export type { InspectOptions, ModelCost, ModelInspection, SizeChoice } from "./inspect/index.ts";
export { runExperiment, STAGES } from "./stages/pipeline.ts";
export type { StageName } from "./stages/pipeline.ts";
export { presetNamed, presets } from "./presets/presets.ts";
export type { ProgressEvent, Reporter } from "./run/progress.ts";
export {
  ARCHITECTURE_COLUMNS,
  architectureCells,
  readSearchResults,
  reportContent,
  searchFindings,
  writeReport,
  writeSearchReport,
} from "./report/index.ts";
export type { DrawingDocument, ReportContent, ReportFiles } from "./report/index.ts";
export { largestLosses } from "./report/matrix-selection.ts";
export type { LargestLoss } from "./report/matrix-selection.ts";
export { differenceWithInterval, figureWithInterval } from "./report/figure-format.ts";
export { channelLabel, cleanMeasured, figureNamed, leadingFigure } from "./report/selection.ts";
export { openRun } from "./stages/open-run.ts";
export type { OpenRun, OpenRunOptions } from "./stages/open-run.ts";
export type { StageTiming } from "./run/run-context.ts";
export { formatGenotype, parseGenotype } from "./cells/genotype.ts";
export type { Genotype } from "./cells/genotype.ts";
export type { SearchResults } from "./search/search-results.ts";
export { parseSearchResults, searchResultsJsonSchema } from "./search/search-results-schema.ts";
export { openTeacher } from "./teacher/teacher.ts";
export type { Teacher, TeacherCard } from "./teacher/teacher.ts";
export { shippedTeacherFolder } from "./stages/teacher.ts";
export type { Bound, VerifyCheck } from "./verify/check.ts";
export { boundText, figureText } from "./verify/figure-text.ts";
export { writeVerifyReport } from "./verify/report/write-verify-report.ts";
export type { VerifyReportFiles } from "./verify/report/write-verify-report.ts";
export type { CurvePlace, LinePlace, TheoryCurve, VerifyChartId } from "./verify/theory-curve.ts";
export { verifyRadio } from "./verify/verify-radio.ts";
export type { VerifyOptions } from "./verify/verify-radio.ts";
export { parseVerifyReport, verifyJsonSchema } from "./verify/verify-report.ts";
export type { LdpcThroughput, VerifyReport } from "./verify/verify-report.ts";
