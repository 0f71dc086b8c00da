// SPDX-License-Identifier: Apache-2.0
export { inspectModel } from "./inspect-model.ts";
export type { InspectOptions, ModelCost, ModelInspection } from "./inspect-model.ts";
export type { SizeChoice } from "./zero-feeds.ts";
