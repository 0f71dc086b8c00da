// SPDX-License-Identifier: Apache-2.0
export { writeReport } from "./write-report.ts";
export type { ReportFiles } from "./write-report.ts";
