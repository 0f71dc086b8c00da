// SPDX-License-Identifier: Apache-2.0
export { avgPool2d } from "./average-pool.ts";
export { globalAveragePool, globalMaxPool } from "./global-pool.ts";
export { maxPool2d } from "./max-pool.ts";
export type { PoolOptions } from "./pool-geometry.ts";
