// SPDX-License-Identifier: Apache-2.0
import { input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Param } from "../nn/index.ts";
import { mul } from "../ops/index.ts";
import type { UpdateSettings } from "./state-update.ts";
import { updateState } from "./state-update.ts";

/** Input by which every gradient is multiplied before the optimizer sees it, where the norm is clipped. */
export const GRADIENT_SCALE = "gradientScale";

/** A step in two graphs with something between them that averages gradients. */
export interface SplitStep {
  /** Metrics; `gradient:<name>` of each trained parameter, before clipping; `next:<name>` of each buffer. */
  readonly gradient: Readonly<Record<string, Tensor>>;
  readonly metricNames: readonly string[];
  /**
   * New state `next:<name>` of some parameters and buffers, from inputs named as the outputs of `gradient`, and
   * `gradientScale`. New values of buffers are left out, they come in as they are.
   */
  readonly update: (params: readonly Param[]) => Readonly<Record<string, Tensor>>;
  readonly trained: readonly Param[];
  readonly buffers: readonly Param[];
  /** Largest norm of all gradients together, null where it is not clipped. */
  readonly clipNorm: number | null;
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

  const scale = clipNorm === null ? null : input(GRADIENT_SCALE, []);
  const scaled = [...gradients.keys()].map((param) => {
    const value = input(gradientName(param.name), param.shape);
    return [param, scale ? mul(value, scale) : value] as const;
  });
  const averaged = buffers.map(([buffer]) => [buffer, input(`next:${buffer.name}`, buffer.shape)] as const);
  return {
    gradient,
    metricNames: Object.keys(metrics),
    update(params) {
      const own = (values: readonly (readonly [Param, Tensor])[]): Map<Param, Tensor> =>
        new Map(values.filter(([param]) => params.includes(param)));
      const { outputs } = updateState(own(scaled), own(averaged), settings);
      return Object.fromEntries(Object.entries(outputs).filter(([, { node }]) => node.kind !== "input"));
    },
    trained: [...gradients.keys()],
    buffers: buffers.map(([buffer]) => buffer),
    clipNorm,
  };
}
