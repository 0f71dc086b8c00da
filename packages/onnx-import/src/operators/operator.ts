// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import type { KnownValue } from "../values.ts";

/** Builds what a node computes: its first output, or its outputs in order. */
export type Importer = (call: NodeCall) => Tensor | KnownValue | readonly Tensor[];

/** Computes a node of which every input is known while the graph is built. */
export type Folder = (call: NodeCall) => KnownValue;

/** Importers by operator, `com.microsoft.Gelu` beyond the standard ones. */
export type ImporterTable = Readonly<Record<string, Importer>>;

/** Folders by operator. */
export type FolderTable = Readonly<Record<string, Folder>>;
