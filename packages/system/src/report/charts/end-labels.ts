// SPDX-License-Identifier: Apache-2.0

/** Room for labels along one axis, in the unit of the positions. */
export interface LabelRoom {
  readonly gap: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Positions of labels that want to stand at `wanted`, moved so that neighbours keep `gap` and all stay in
 * `[low, high]` as long as there is room; the order along the axis is kept.
 *
 * Labels that collide form a group around the mean of what they want (pool adjacent violators), which is the
 * least-squares solution.
 *
 * @source Barlow, Bartholomew, Bremner & Brunk 1972, isotonic regression by pooling
 */
export function spreadLabels(wanted: readonly number[], { gap, low, high }: LabelRoom): number[] {
  const order = wanted.map((_, index) => index).toSorted((a, b) => wanted[a]! - wanted[b]! || a - b);
  // With q_i = p_i − i·gap the condition p_(i+1) − p_i ≥ gap is q non-decreasing.
  const groups: { sum: number; count: number }[] = [];
  order.forEach((index, rank) => {
    let group = { sum: wanted[index]! - rank * gap, count: 1 };
    for (
      let last = groups.at(-1);
      last && last.sum / last.count >= group.sum / group.count;
      last = groups.at(-1)
    ) {
      group = { sum: group.sum + last.sum, count: group.count + last.count };
      groups.pop();
    }
    groups.push(group);
  });
  const shifted = groups.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  const top = high - (wanted.length - 1) * gap;
  const placed = new Array<number>(wanted.length).fill(0);
  order.forEach((index, rank) => {
    placed[index] = Math.max(low, Math.min(top, shifted[rank]!)) + rank * gap;
  });
  return placed;
}
