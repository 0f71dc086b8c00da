// SPDX-License-Identifier: Apache-2.0
import { describeError, type Runtime, SemlinkError } from "@semlink/engine";
import {
  isCounted,
  isUncounted,
  measureOnnxCost,
  type OnnxFile,
  type OnnxNode,
  type OnnxValue,
  readOnnx,
} from "@semlink/onnx-import";
import { readModelFile } from "@semlink/onnx-import/node";
import { checkSizes, openSizes, type SizeChoice, zeroFeeds } from "./zero-feeds.ts";

/** What a model file holds and what one run of it costs. */
export interface ModelInspection {
  readonly sizeBytes: number;
  readonly producer: string;
  readonly irVersion: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Number of nodes of the main graph by operator, the most frequent first; `domain.Type` beyond standard ONNX. */
  readonly operators: Readonly<Record<string, number>>;
  /** Stored values that are not indices or sizes: weights, running statistics, constants. */
  readonly params: number;
  readonly cost: ModelCost;
}

/** What one run multiplies, and the memory that it needs. */
export interface ModelCost extends SizeChoice {
  /** Multiply-accumulates of all convolutions and matrix products; null when the model could not be run. */
  readonly macs: number | null;
  /** Most bytes of activations alive at once, inputs among them; null when the model could not be run. */
  readonly peakActivationBytes: number | null;
  /** Why it could not be run. */
  readonly reason?: string;
  /** Names of sizes that must be given before it can be run. */
  readonly openSizes?: readonly string[];
  /** Operators that multiply as well and are not in `macs`, with their counts. */
  readonly uncounted: Readonly<Record<string, number>>;
}

/** Options of {@link inspectModel}. */
export interface InspectOptions extends Partial<SizeChoice> {
  readonly runtime: Runtime;
}

/**
 * Reads an ONNX file of any origin, and counts its multiply-accumulates and activation memory by one run on zeros.
 *
 * @throws SemlinkError `missing-file` or `unreadable-file` when there is nothing to read, `corrupt-file` when it is no
 * ONNX model
 * @throws SemlinkError `invalid-argument` when a size is given that the model does not leave open
 */
export async function inspectModel(path: string, options: InspectOptions): Promise<ModelInspection> {
  const { runtime, batch = 1, dims = {} } = options;
  const bytes = await readModelFile(path).catch((error: unknown) => {
    throw withPlace(error, path);
  });
  const file = readOnnx(bytes, path);
  const { producer, irVersion, opsets, metadata, inputs, outputs, nodes, numParams } = file;
  return {
    sizeBytes: bytes.length,
    producer,
    irVersion,
    opsets,
    metadata,
    inputs,
    outputs,
    operators: countByOperator(nodes),
    params: numParams,
    cost: await costOf(file, { batch, dims }, runtime),
  };
}

/** The error about a missing model with the place where models are. */
function withPlace(error: unknown, path: string): unknown {
  if (!(error instanceof SemlinkError) || error.code !== "missing-file" || error.where !== path) return error;
  const { code, where, expected, actual } = error;
  const hint = "exported models lie in the run folder";
  return new SemlinkError({ code, where, expected, actual, hint, cause: error });
}

async function costOf(file: OnnxFile, sizes: SizeChoice, runtime: Runtime): Promise<ModelCost> {
  const uncounted = countByOperator([
    ...file.nodes.filter(isUncounted),
    ...file.innerNodes.filter((node) => isCounted(node) || isUncounted(node)),
  ]);
  const open = openSizes(file, sizes);
  if (open.length > 0) {
    checkSizes(file.inputs, sizes);
    return { ...sizes, macs: null, peakActivationBytes: null, openSizes: open, uncounted };
  }
  try {
    const { macs, peakActivationBytes } = await measureOnnxCost(file, zeroFeeds(file, sizes), runtime);
    return { ...sizes, macs, peakActivationBytes, uncounted };
  } catch (error) {
    const { code, message } = describeError(error);
    if (code === "invalid-argument") throw error;
    return { ...sizes, macs: null, peakActivationBytes: null, reason: withoutColours(message), uncounted };
  }
}

// What ONNX Runtime writes for terminals.
const COLOUR = new RegExp("\\u001b\\[[0-9;]*m", "g");

function withoutColours(text: string): string {
  return text.replaceAll(COLOUR, "");
}

function countByOperator(nodes: readonly OnnxNode[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { domain, type } of nodes) {
    const name = domain === "" ? type : `${domain}.${type}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}
