// SPDX-License-Identifier: Apache-2.0
// What needs Node: data sources, teachers and links in folders, the store, runs, stages, reports as files.
export { loadChannelModule, openOwnChannel } from "./channel/node/own-channels.ts";
export { loadLineModule } from "./lines/node/own-lines.ts";
export { loadOwnParts, partsOf, withModules } from "./stages/own-parts.ts";
export { prepareData, userCacheFolder } from "./data/node/prepare-data.ts";
export { inspectModel } from "./inspect/index.ts";
export type { InspectOptions, ModelCost, ModelInspection, SizeChoice } from "./inspect/index.ts";
export { linkNames, openLinkFolder } from "./link/node/link-folder.ts";
export { linkModelPath, readLineCard } from "./link/node/link-folder.ts";
export type { LineCard, LinkPart } from "./link/node/link-folder.ts";
export { openTeacher } from "./teacher/node/open-teacher.ts";
export type { FolderTeacher } from "./teacher/node/open-teacher.ts";
export { loadTeacherModule } from "./teacher/node/own-teacher.ts";
export { shippedTeacherFolder } from "./stages/teacher.ts";

export { openRun } from "./stages/open-run.ts";
export type { OpenRun, OpenRunOptions } from "./stages/open-run.ts";
export { runExperiment, STAGES } from "./stages/pipeline.ts";
export type { StageName } from "./stages/pipeline.ts";
export type { StageTiming } from "./run/provenance.ts";
export { makeFolder } from "./store/folders.ts";
export { checkRun, collectGarbage, describeStore } from "./store/garbage.ts";
export type { CheckedArtifact, Garbage, StoredArtifact, StoreFolders } from "./store/garbage.ts";
export { storeFolderOf } from "./store/store.ts";

export { readSearchResults, writeReport, writeSearchReport } from "./report/node/report-files.ts";
export type { ReportFiles } from "./report/node/report-files.ts";
export { writeVerifyReport } from "./verify/node/write-verify-report.ts";
export type { VerifyReportFiles } from "./verify/node/write-verify-report.ts";
