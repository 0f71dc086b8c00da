// SPDX-License-Identifier: Apache-2.0
import { input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import { grouped } from "../rewrite/join-siblings.ts";
import type { Param } from "../nn/index.ts";
import { add, mul, sub } from "../ops/index.ts";
import type { Optimizer, ParamPolicy } from "../optim/index.ts";
import { isSmall, joined, parted } from "./joined-vectors.ts";

/** A tensor that a step reads and replaces. */
export interface StateSlot {
  /** Input name; the new value comes out as `next:<name>`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** The parameter or buffer that it is a value, a moment or an average of. */
  readonly param: Param;
  /** The parameter whose start value it takes, or null for zeros. */
  readonly startsAs: Param | null;
}

/** How parameters follow their gradients. */
export interface UpdateSettings {
  readonly optimizer: Optimizer;
  readonly policy: (param: Param) => ParamPolicy;
  /** Decay of the moving averages, null where none are kept. */
  readonly averageDecay: number | null;
}

/** Name of the moving average of a parameter or buffer: `average:<name>`. */
export const averagedName = (name: string): string => `average:${name}`;
/** Name of a moment: `momentum:<name>`. */
export const slotName = (slot: string, name: string): string => `${slot}:${name}`;

/**
 * The part of a step behind the gradients: optimizer and averages `e ← decay · e + (1 - decay) · w`. Small tensors that
 * follow one rule are updated as one vector: the same numbers from far fewer operators.
 *
 * @param gradients - of each trained parameter, as the optimizer is to see them
 * @param buffers - new values of buffers; a trained parameter among them follows its gradient
 * @returns the outputs `next:<name>`, and the state that they replace, in the same order
 */
export function updateState(
  gradients: ReadonlyMap<Param, Tensor>,
  buffers: ReadonlyMap<Param, Tensor>,
  settings: UpdateSettings,
): { readonly outputs: Readonly<Record<string, Tensor>>; readonly state: readonly StateSlot[] } {
  const { optimizer, averageDecay } = settings;
  const scalars = scalarInputs(optimizer);
  const isJoined = ({ shape }: Param): boolean => isSmall(shape);
  const next = new Map<Param, Tensor>(buffers);
  const state: StateSlot[] = [];
  const outputs: Record<string, Tensor> = {};
  const keep = (name: string, param: Param, startsAs: Param | null, value: Tensor): void => {
    state.push({ name, shape: param.shape, param, startsAs });
    outputs[`next:${name}`] = value;
  };
  for (const { params, rule, policy } of updateGroups([...gradients.keys()], settings, isJoined)) {
    const shapes = params.map(({ shape }) => shape);
    const updated = rule.update({
      param: joined(params.map(({ value }) => value)),
      gradient: joined(params.map((param) => gradients.get(param)!)),
      slots: Object.fromEntries(
        rule.slots.map((slot) => [
          slot,
          joined(params.map(({ name, shape }) => input(slotName(slot, name), shape))),
        ]),
      ),
      scalars,
      policy,
    });
    parted(updated.param, shapes).forEach((value, index) => next.set(params[index]!, value));
    for (const [slot, vector] of Object.entries(updated.slots)) {
      parted(vector, shapes).forEach((value, index) => {
        const param = params[index]!;
        keep(slotName(slot, param.name), param, null, value);
      });
    }
  }
  for (const [param, value] of next) keep(param.name, param, param, value);
  if (averageDecay !== null) {
    const decay = input("averageDecay", []);
    const keyOf = (param: Param): string | null => (isJoined(param) ? "small" : null);
    for (const params of grouped([...next.keys()], keyOf)) {
      const value = joined(params.map((param) => next.get(param)!));
      const average = joined(params.map(({ name, shape }) => input(averagedName(name), shape)));
      const shapes = params.map(({ shape }) => shape);
      parted(nextAverage(average, value, decay), shapes).forEach((part, index) => {
        const param = params[index]!;
        keep(averagedName(param.name), param, param, part);
      });
    }
  }
  return { outputs, state };
}

/** Inputs that an optimizer reads at every step, [] each. */
export function scalarInputs(optimizer: Optimizer): Readonly<Record<string, Tensor>> {
  const names = ["learningRate", ...Object.keys(optimizer.scalars(1))];
  return Object.fromEntries(names.map((name) => [name, input(name, [])]));
}

/** `value + decay · (average - value)` */
export function nextAverage(average: Tensor, value: Tensor, decay: Tensor): Tensor {
  return add(value, mul(sub(average, value), decay));
}

/** Parameters that are updated together, with the rule and the factors that they share. */
export interface UpdateGroup {
  readonly params: readonly Param[];
  readonly rule: Optimizer;
  readonly policy: ParamPolicy;
  /** Whether the rule moves each number by itself, so that it does not matter how they are laid out. */
  readonly isVector: boolean;
}

/** @param isJoined - whether a parameter may be updated together with others of one rule */
export function updateGroups(
  params: readonly Param[],
  { optimizer, policy }: Pick<UpdateSettings, "optimizer" | "policy">,
  isJoined: (param: Param) => boolean,
): readonly UpdateGroup[] {
  const rules: Optimizer[] = [];
  const keyOf = (param: Param): string | null => {
    const rule = isJoined(param) ? optimizer.elementwise(param) : null;
    if (rule === null) return null;
    if (!rules.includes(rule)) rules.push(rule);
    const { learningRateScale = 1, weightDecayScale = 1 } = policy(param);
    return `${rules.indexOf(rule)} ${learningRateScale} ${weightDecayScale}`;
  };
  return grouped(params, keyOf).map((group) => {
    const [first] = group as readonly [Param];
    const rule = isJoined(first) ? optimizer.elementwise(first) : null;
    return { params: group, rule: rule ?? optimizer, policy: policy(first), isVector: rule !== null };
  });
}
