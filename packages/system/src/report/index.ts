// SPDX-License-Identifier: Apache-2.0
export { ARCHITECTURE_COLUMNS, architectureCells } from "./search/architecture-table.ts";
export { searchFindings } from "./search/findings.ts";
export { readSearchResults } from "./node/read-search-results.ts";
export { writeSearchReport } from "./node/write-search-report.ts";
export { reportContent } from "./report-content.ts";
export type { ReportContent } from "./report-content.ts";
export type { DrawingDocument } from "./render-svg.ts";
export { writeReport } from "./node/write-report.ts";
export type { ReportFiles } from "./node/write-report.ts";
