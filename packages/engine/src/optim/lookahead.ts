// SPDX-License-Identifier: Apache-2.0
import { add, mul, sub } from "../ops/index.ts";
import type { Optimizer } from "./optimizer.ts";
import { madeOnce } from "./optimizer.ts";

/** When and how far the slow weights of {@link lookahead} move. */
export interface LookaheadOptions {
  /** Steps between two moves of the slow weights, 5 if left out. */
  readonly every?: number;
  /**
   * Share of the way to the fast weights that the slow ones move, 0.5 if left out; or that share as a function of the
   * number of steps done, counted from 1.
   */
  readonly slowStep?: number | ((step: number) => number);
}

const LEAD = "lookaheadLead";
const KEEP = "lookaheadKeep";
const PULL = "lookaheadPull";

/**
 * Slow weights that follow the fast ones of another optimizer: every few steps `slow ← slow + slowStep · (fast - slow)`,
 * then `fast ← slow`.
 *
 * What is kept is the lead `fast - slow`, which starts at zero: `lead ← lead + (fast' - fast)` each step, and every few
 * steps `fast ← fast - (1 - slowStep) · lead`, `lead ← 0`.
 *
 * @source Zhang et al. 2019
 * @differs from airbench94, which moves running statistics too
 */
export function lookahead(fast: Optimizer, options: LookaheadOptions = {}): Optimizer {
  const { every = 5, slowStep = 0.5 } = options;
  const withLookahead = madeOnce((rule: Optimizer) => lookahead(rule, options));
  return {
    name: `lookahead(${fast.name})`,
    slots: [...fast.slots, LEAD],
    scalars(step) {
      const moves = step % every === 0;
      const share = typeof slowStep === "number" ? slowStep : slowStep(step);
      return { ...fast.scalars(step), [KEEP]: moves ? 0 : 1, [PULL]: moves ? 1 - share : 0 };
    },
    update(context) {
      const { param, slots, scalars } = context;
      const next = fast.update(context);
      const lead = add(slots[LEAD]!, sub(next.param, param));
      return {
        param: sub(next.param, mul(lead, scalars[PULL]!)),
        slots: { ...next.slots, [LEAD]: mul(lead, scalars[KEEP]!) },
      };
    },
    elementwise(param) {
      const rule = fast.elementwise(param);
      return rule && withLookahead(rule);
    },
  };
}
