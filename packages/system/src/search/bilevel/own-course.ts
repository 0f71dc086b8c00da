// SPDX-License-Identifier: Apache-2.0
import type { Optimizer } from "@semlink/engine";
import { constant } from "@semlink/engine";

/** When and how fast an optimizer moves that does not follow the course of a step. */
export interface OwnCourse {
  readonly learningRate: number;
  /** Step of the training, counted from 0, that is the first of this optimizer. */
  readonly firstStep: number;
}

/**
 * An optimizer with a learning rate and a count of steps of its own, whatever the schedule of others in the same
 * training.
 *
 * @param optimizer - one that moves each number by itself, such as `adam`
 */
export function onOwnCourse(optimizer: Optimizer, { learningRate, firstStep }: OwnCourse): Optimizer {
  const own: Optimizer = {
    ...optimizer,
    name: `${optimizer.name}(${learningRate})`,
    scalars: (step) => optimizer.scalars(Math.max(1, step - firstStep)),
    update: (context) =>
      optimizer.update({
        ...context,
        scalars: { ...context.scalars, learningRate: constant(learningRate) },
      }),
    elementwise: (param) => optimizer.elementwise(param) && own,
  };
  return own;
}
