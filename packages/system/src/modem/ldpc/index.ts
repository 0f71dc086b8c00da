// SPDX-License-Identifier: Apache-2.0
export { type BaseGraphNumber, selectBaseGraph } from "./base-graph.ts";
export { type BlockErrorOptions, type BlockErrors, simulateBlockErrors } from "./block-error-rate.ts";
export type { LdpcDecoded } from "./check-graph.ts";
export { decodeCodewords, decodeLdpc, type LdpcDecodeOptions, recoverRate } from "./decode.ts";
export {
  encodeLdpc,
  type LdpcCode,
  ldpcCode,
  type LdpcCodeOptions,
  type RedundancyVersion,
} from "./ldpc-code.ts";
export { measureLdpcThroughput, type Throughput, type ThroughputOptions } from "./throughput.ts";
export {
  decodeTransport,
  encodeTransport,
  type TransportCode,
  transportCode,
  type TransportCodeOptions,
  type TransportDecoded,
} from "./transport-block.ts";
