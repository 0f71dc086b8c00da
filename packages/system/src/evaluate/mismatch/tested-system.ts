// SPDX-License-Identifier: Apache-2.0
import type { Baseline, DeviceOutputs, PreparedBaseline } from "../../lines/baseline.ts";
import { learnedLink } from "../../lines/learned/learned-link.ts";
import type { Radio } from "../../channel/radio.ts";
import type { Link } from "../../link/link.ts";

/** What tells a system from others, and which radios it can be measured over. */
export interface SystemIdentity {
  /** No spaces. */
  readonly name: string;
  supports(radio: Radio): boolean;
}

/** Something that is measured under every condition. */
export interface TestedSystem extends SystemIdentity {
  readonly line: PreparedBaseline;
  /** [count, embedDim] what the device sends, where the receiver has an embedding */
  readonly embeddings?: Float32Array;
  /** Gives back what the system holds outside the memory that is collected. */
  release?(): Promise<void>;
}

/** Links and digital lines can be measured over every radio. */
export function identityOverAll(name: string): SystemIdentity {
  return { name, supports: () => true };
}

/**
 * A learned link.
 *
 * @param embeddings - [count, embedDim] what the device sends
 */
export function linkSystem(name: string, link: Link, embeddings: Float32Array, count: number): TestedSystem {
  return {
    ...identityOverAll(name),
    line: learnedLink(link, embeddings, count),
    embeddings,
    release: () => link.release(),
  };
}

/** A baseline with what the device hands to it. */
export async function baselineSystem(baseline: Baseline, device: DeviceOutputs): Promise<TestedSystem> {
  return {
    name: baseline.name,
    supports: (radio) => baseline.supports(radio),
    line: await baseline.prepare(device),
  };
}
