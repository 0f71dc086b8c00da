// SPDX-License-Identifier: Apache-2.0
export { type BaseGraphNumber, selectBaseGraph } from "./base-graph.ts";
export { type BlockErrorOptions, type BlockErrors, simulateBlockErrors } from "./block-error-rate.ts";
export {
  decodeCodewords,
  decodeLdpc,
  type LdpcDecoded,
  type LdpcDecodeOptions,
  recoverRate,
} from "./decode.ts";
export { encodeLdpc, type LdpcCode, ldpcCode, type LdpcCodeOptions } from "./ldpc-code.ts";
export type { RedundancyVersion } from "./rate-matching.ts";
export { measureLdpcThroughput, type Throughput, type ThroughputOptions } from "./throughput.ts";
export {
  decodeTransport,
  encodeTransport,
  type TransportCode,
  transportCode,
  type TransportCodeOptions,
  type TransportDecoded,
} from "./transport-block.ts";
