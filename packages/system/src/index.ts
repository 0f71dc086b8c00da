// SPDX-License-Identifier: Apache-2.0
// Everything that runs in Node and in browsers alike; what needs Node is in node.ts.
// Settings of a user's own parts are written with this zod, so that there is one.
export { z } from "zod";
export { mergeSettings, parseSettings, type Settings } from "./config/settings.ts";
export { applyOverrides, defineExperiment, experimentJsonSchema, parseExperiment } from "./experiment.ts";
export type { Experiment, ExperimentInput, OwnParts } from "./experiment.ts";
export { presetNamed, presets } from "./presets/presets.ts";

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
export { channelId, openRadio } from "./channel/channel-spec.ts";
export type { ChannelSpec } from "./channel/channel-spec.ts";
export { noFromEsNoDb } from "./channel/decibel.ts";
export { defineChannel } from "./channel/define-channel.ts";
export type { ChannelDefinition, ChannelFamily, ChannelParts } from "./channel/define-channel.ts";
export { imageNoise } from "./channel/image-noise.ts";
export type { Radio } from "./channel/radio.ts";
export * from "./modem/index.ts";

export { alternatingFlipCrop, writeBatch } from "./data/augment.ts";
export type { View } from "./data/augment.ts";
export type {
  Dataset,
  DatasetSource,
  DecodedDataset,
  ImageSet,
  LoadRequest,
  OwnDataset,
} from "./data/dataset.ts";
export { forEachBatch, ImageBatches } from "./data/image-batches.ts";
export type { ImageBatch, ImageBatchesOptions } from "./data/image-batches.ts";

export { taskNamed, tasks } from "./task/tasks.ts";
export type { Figure, Received, Task, TaskSizes, Truth } from "./task/task.ts";
export type { TeacherCard } from "./teacher/card.ts";
export type { Teacher, TeacherSource, TeacherView } from "./teacher/teacher.ts";
export type { Phase, PhaseStore, TrainingPlace, Weights } from "./train/phase.ts";

export { formatGenotype, parseGenotype } from "./cells/genotype.ts";
export type { Genotype } from "./cells/genotype.ts";
export { knownPrimitives } from "./cells/primitive-sets.ts";
export type {
  EdgeInput,
  NormPolicy,
  Primitive,
  PrimitiveOptions,
  PrimitiveSize,
} from "./cells/primitives/primitive.ts";
export { studentEncoder } from "./student/student-encoder.ts";
export { channelAwareTransformer } from "./codec/channel-aware-transformer.ts";
export { maxSymbolsOf } from "./codec/channel-codec.ts";
export type { ChannelCodec, CodecShape } from "./codec/channel-codec.ts";
export { filmMlpCodec } from "./codec/film-mlp.ts";
export { unitPowerPerIncrement } from "./codec/channel-codec.ts";

export { linkCardJsonSchema, readLinkCard } from "./link/link-card.ts";
export type { LinkCard } from "./link/link-card.ts";
export type { LinkGraph, ReceivedTensors, ReceptionInputs } from "./link/link-graph.ts";
export { openLink, prefixOf } from "./link/link.ts";
export type { Decoded, Link, Reception as LinkReception, Transmitting } from "./link/link.ts";
export type { LinkFiles } from "./link/link-halves.ts";
export { codecLine } from "./lines/learned/codec-line.ts";
export { defineLine } from "./lines/learned/learned-line.ts";
export type { LearnedLine, LineMaterial, LineProblem } from "./lines/learned/learned-line.ts";
export { learnedLines } from "./lines/learned/learned-lines.ts";
export { twoPhases } from "./lines/learned/two-phases.ts";
export type { LineTensors, TwoPhases } from "./lines/learned/two-phases.ts";
export type { DeviceOutputs, Line, LineDeclaration, LineReception, PreparedLine } from "./lines/line.ts";
export { unlearnedLines } from "./lines/unlearned-lines.ts";
export { measureLine } from "./evaluate/measure-line.ts";
export type { MeasuredPoint, MeasureOptions } from "./evaluate/measure-line.ts";

export type { Matrix, MatrixCell, MatrixSystem, MatrixTable } from "./results/matrix.ts";
export { parseResults, resultsJsonSchema } from "./results/parse-results.ts";
export { TEACHER_WORTH } from "./results/results.ts";
export type {
  CleanLine,
  Comparison,
  Curve,
  FigureInfo,
  LedgerRow,
  Measured,
  Point,
  Provenance,
  ResultLine,
  Results,
} from "./results/results.ts";
export type { SearchResults } from "./search/search-results.ts";
export { parseSearchResults, SEARCH_FILE, searchResultsJsonSchema } from "./search/search-results-schema.ts";
export type { ProgressEvent, Reporter } from "./run/progress.ts";

export { differenceWithInterval, figureWithInterval } from "./report/number-format.ts";
export { reportContent } from "./report/report-content.ts";
export type { ReportContent } from "./report/report-content.ts";
export type { DrawingDocument } from "./report/render-svg.ts";
export { searchFindings } from "./report/search/findings.ts";
export { architectureCells, architectureColumns } from "./report/search/search-tables.ts";
export {
  channelLabel,
  cleanMeasured,
  figureNamed,
  largestLosses,
  leadingFigure,
} from "./report/selection.ts";
export type { LargestLoss } from "./report/selection.ts";
export { boundText, figureText, resolutionOf } from "./verify/check.ts";
export type {
  Bound,
  CurvePlace,
  LinePlace,
  TheoryCurve,
  VerifyChartId,
  VerifyCheck,
} from "./verify/check.ts";
export { verifyRadio } from "./verify/verify-radio.ts";
export type { VerifyOptions } from "./verify/verify-radio.ts";
export { parseVerifyReport, verifyJsonSchema } from "./verify/verify-report.ts";
export type { LdpcThroughput, VerifyReport } from "./verify/verify-report.ts";
