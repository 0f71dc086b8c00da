// SPDX-License-Identifier: Apache-2.0
export type { ProgressEvent, Reporter } from "./progress.ts";
