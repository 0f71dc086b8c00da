// SPDX-License-Identifier: Apache-2.0
import { input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Param } from "../nn/index.ts";
import { mul } from "../ops/index.ts";
import type { UpdateGroup, UpdateSettings } from "./state-update.ts";
import { averagedName, nextAverage, scalarInputs, slotName, updateGroups } from "./state-update.ts";

/** Input by which every gradient is multiplied before the optimizer sees it, where the norm is clipped. */
export const GRADIENT_SCALE = "gradientScale";

/** A step in two graphs with something between them that averages gradients. */
export interface SplitStep {
  /** Metrics; `gradient:<name>` of each trained parameter, before clipping; `next:<name>` of each buffer. */
  readonly gradient: Readonly<Record<string, Tensor>>;
  readonly metricNames: readonly string[];
  /** Trained parameters by what is updated at once. */
  readonly groups: (params: readonly Param[]) => readonly UpdateGroup[];
  /**
   * New state `next:<name>` of some units, from inputs named as the outputs of `gradient` would be for them, and
   * `gradientScale`. New values of buffers come in as they are; only their averages are computed.
   */
  readonly update: (units: readonly UpdateUnit[]) => Readonly<Record<string, Tensor>>;
  readonly trained: readonly Param[];
  readonly buffers: readonly Param[];
  /** Largest norm of all gradients together, null where it is not clipped. */
  readonly clipNorm: number | null;
}

/** What an update sees as one tensor: a parameter, or a vector of several with whatever lies between them. */
export interface UpdateUnit {
  /** That of the parameter where there is one, any other name for a vector. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Null for buffers. */
  readonly group: UpdateGroup | null;
}

/** Name under which the gradient of a trained parameter leaves the first graph and enters the second. */
export const gradientName = (name: string): string => `gradient:${name}`;

/** What {@link splitStep} needs of a step. */
export interface SplitOptions {
  readonly metrics: Readonly<Record<string, Tensor>>;
  /** Of one batch, before clipping. */
  readonly gradients: ReadonlyMap<Param, Tensor>;
  /** New values of buffers. */
  readonly updates: ReadonlyMap<Param, Tensor>;
  readonly clipNorm: number | null;
  readonly settings: UpdateSettings;
}

/** A training step cut between gradients and update. Both graphs name their tensors as the whole step does. */
export function splitStep({ metrics, gradients, updates, clipNorm, settings }: SplitOptions): SplitStep {
  const buffers = [...updates].filter(([param]) => !gradients.has(param));
  const gradient: Record<string, Tensor> = { ...metrics };
  for (const [param, value] of gradients) gradient[gradientName(param.name)] = value;
  for (const [buffer, value] of buffers) gradient[`next:${buffer.name}`] = value;

  return {
    gradient,
    metricNames: Object.keys(metrics),
    groups: (params) => updateGroups(params, settings, () => true),
    update: (units) => updatedUnits(units, settings, clipNorm === null ? null : input(GRADIENT_SCALE, [])),
    trained: [...gradients.keys()],
    buffers: buffers.map(([buffer]) => buffer),
    clipNorm,
  };
}

function updatedUnits(
  units: readonly UpdateUnit[],
  { optimizer, averageDecay }: UpdateSettings,
  scale: Tensor | null,
): Readonly<Record<string, Tensor>> {
  const scalars = scalarInputs(optimizer);
  const decay = averageDecay === null ? null : input("averageDecay", []);
  const outputs: Record<string, Tensor> = {};
  const trainedValue = (
    { name, shape }: UpdateUnit,
    { params, rule, policy, isVector }: UpdateGroup,
  ): Tensor => {
    const gradient = input(gradientName(name), shape);
    const updated = rule.update({
      param: isVector ? input(name, shape) : params[0]!.value,
      gradient: scale ? mul(gradient, scale) : gradient,
      slots: Object.fromEntries(rule.slots.map((slot) => [slot, input(slotName(slot, name), shape)])),
      scalars,
      policy,
    });
    outputs[`next:${name}`] = updated.param;
    for (const [slot, value] of Object.entries(updated.slots))
      outputs[`next:${slotName(slot, name)}`] = value;
    return updated.param;
  };
  for (const unit of units) {
    const { name, shape, group } = unit;
    const value = group ? trainedValue(unit, group) : input(`next:${name}`, shape);
    if (decay === null) continue;
    const average = input(averagedName(name), shape);
    outputs[`next:${averagedName(name)}`] = nextAverage(average, value, decay);
  }
  return outputs;
}
