// SPDX-License-Identifier: Apache-2.0
export { type Rng, rngFrom } from "./rng.ts";
