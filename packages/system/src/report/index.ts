// SPDX-License-Identifier: Apache-2.0
export { ARCHITECTURE_COLUMNS, architectureCells } from "./search/architecture-table.ts";
export { searchFindings } from "./search/findings.ts";
export { readSearchResults } from "./search/read-search-results.ts";
export { writeSearchReport } from "./search/write-search-report.ts";
export { writeReport } from "./write-report.ts";
export type { ReportFiles } from "./write-report.ts";
