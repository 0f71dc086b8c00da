// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "@semlink/engine";
import { Trainer } from "@semlink/engine";
import { join } from "node:path";
import { readStageTensors } from "../../store/stored-tensors.ts";
import type { SearchPhase } from "../bilevel/schedule.ts";
import { alphaCourse } from "../bilevel/schedule.ts";
import { bilevelStep, weightsStep } from "../bilevel/search-step.ts";
import type { SearchSetup } from "../propose/search-setup.ts";
import { searchRng } from "../propose/search-setup.ts";
import type { SearchEpoch } from "../search-results.ts";
import { strongestPrimitives } from "../supernet/edge-weights.ts";
import type { SearchNetwork } from "../supernet/search-network.ts";
import { searchNetwork } from "../supernet/search-network.ts";

/** Where the phases of a search keep what they have reached. */
export interface PhasePlace {
  readonly folder: string;
  /** Names the operator that makes the first value that is not finite. */
  readonly detectAnomaly: boolean;
}

/** A phase ready to train, with the state of the phase before it. */
export interface OpenPhase {
  readonly phase: SearchPhase;
  readonly isWarmup: boolean;
  /** The supernet of this phase. */
  readonly network: SearchNetwork;
  readonly trainer: Trainer;
  readonly checkpointPath: string;
  readonly metricsPath: string;
  /** Latest weights of every primitive by name, those that were pruned included. */
  weights(): Map<string, Float32Array>;
  release(): Promise<void>;
}

/**
 * Opens a phase. What the phase before left under the same names goes on, moments of the optimizers included; the rest
 * starts anew.
 *
 * @param before - the phase that ended, whose checkpoint lies in the folder; null at the start
 * @param epochs - what was recorded so far; pruning goes by the strengths behind the phase before
 */
export async function openPhase(
  setup: SearchSetup & PhasePlace,
  phase: SearchPhase,
  before: SearchPhase | null,
  epochs: readonly SearchEpoch[],
): Promise<OpenPhase> {
  const { shape, config, primitives, targets, reference, train, folder, runtime } = setup;
  const isWarmup = phase.name === "warmup";
  const strengths = phase.name === "pruned" ? epochs[phase.from - 1]?.strengths : undefined;
  const { keepFraction } = config.pruning;
  const kept = strengths && {
    normal: strongestPrimitives(strengths.normal, primitives, keepFraction),
    reduce: strongestPrimitives(strengths.reduce, primitives, keepFraction),
  };
  const network = searchNetwork({ shape, config, primitives, head: targets?.head ?? null, kept });
  const course = alphaCourse(config, train.stepsPerEpoch);
  const options = { network, shape, config, primitives, alphaCourse: course, reference };
  const trainer = await Trainer.create(isWarmup ? weightsStep(options) : bilevelStep(options), {
    runtime,
    rng: searchRng(setup),
    binding: { batch: config.batchSize },
    detectAnomaly: setup.detectAnomaly,
  });
  const left = before && (await readStageTensors(checkpointOf(folder, before))).tensors;
  if (left) {
    const tensors = handedOver(trainer.state().tensors, left);
    trainer.restore({ step: phase.from * train.stepsPerEpoch, tensors });
  }
  return {
    phase,
    isWarmup,
    network,
    trainer,
    checkpointPath: checkpointOf(folder, phase),
    metricsPath: join(folder, `${phase.name}.jsonl`),
    weights: () => {
      const weights = trainer.weights({ averaged: false });
      for (const [name, { data }] of left ?? []) {
        if (!weights.has(name)) weights.set(name, data as Float32Array);
      }
      return weights;
    },
    release: () => trainer.release(),
  };
}

/**
 * The state that a phase starts from: every tensor of its own state, weights and moments alike, with the value that the
 * phase before left under its name, or with its fresh one.
 */
export function handedOver(
  fresh: ReadonlyMap<string, HostTensor>,
  left: ReadonlyMap<string, HostTensor>,
): Map<string, HostTensor> {
  return new Map(Array.from(fresh, ([name, value]) => [name, left.get(name) ?? value]));
}

const checkpointOf = (folder: string, { name }: SearchPhase): string => join(folder, `${name}.safetensors`);
