// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import type { KnownValue } from "../values.ts";

/** Builds what a node computes: its first output, or its outputs in order. */
export type Importer = (call: NodeCall) => Tensor | KnownValue | readonly Tensor[];

/** Computes a node of which every input is known while the graph is built. */
export type Folder = (call: NodeCall) => KnownValue;

/** How one operator is imported, and the operator sets in which it has that meaning. */
export interface OperatorRule {
  /** First operator set of its domain in which the operator means what `build` makes of it. */
  readonly since: number;
  /** Last such set; the newest that was looked through if left out, see `NEWEST_SETS`. */
  readonly until?: number;
  /** Makes operators of the engine; left out where the operator is computed on known values alone. */
  readonly build?: Importer;
  /** Inputs that set how the operator works, such as the factors of a Resize: they are never trained. */
  readonly settings?: readonly number[];
}

/** Rules by operator, `com.microsoft.Gelu` beyond the standard ones. */
export type OperatorTable = Readonly<Record<string, OperatorRule>>;

/** Folders by operator. */
export type FolderTable = Readonly<Record<string, Folder>>;
