// SPDX-License-Identifier: Apache-2.0
export { fillPhilox, type PhiloxCounter, type PhiloxKey } from "./philox.ts";
export { type Rng, rngFrom } from "./rng.ts";
