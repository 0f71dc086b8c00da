// SPDX-License-Identifier: Apache-2.0

/** A value that a step of a computation makes. */
export interface MadeValue {
  readonly value: object;
  readonly bytes: number;
  /** The value whose memory it is, when it is another view of it. */
  readonly viewOf?: object | undefined;
}

/** One step of a computation: values that it reads, and values that it makes while they are alive. */
export interface ComputationStep {
  readonly reads: readonly object[];
  readonly makes: readonly MadeValue[];
}

/**
 * Most bytes alive at once when steps run in their order: a value is alive from the step that makes it to the last
 * that reads it, or to the end when it is kept.
 *
 * @param held - bytes of values that are alive throughout, such as inputs, whose memory is the caller's
 * @param kept - results; values that no step makes count nothing
 */
export function peakLiveBytes(
  steps: readonly ComputationStep[],
  held: ReadonlyMap<object, number>,
  kept: readonly object[],
): number {
  const owners = new Map<object, object>();
  const ownerOf = (value: object): object => owners.get(value) ?? value;
  for (const { makes } of steps) {
    for (const { value, viewOf } of makes) owners.set(value, viewOf === undefined ? value : ownerOf(viewOf));
  }
  const lastUse = new Map<object, number>();
  steps.forEach(({ reads, makes }, index) => {
    for (const value of [...reads, ...makes.map((made) => made.value)]) lastUse.set(ownerOf(value), index);
  });
  for (const value of kept) lastUse.set(ownerOf(value), Infinity);

  let live = [...held.values()].reduce((sum, bytes) => sum + bytes, 0);
  let peak = live;
  const sizes = new Map<object, number>();
  steps.forEach(({ reads, makes }, index) => {
    for (const { value, bytes, viewOf } of makes) {
      if (viewOf !== undefined) continue;
      sizes.set(value, bytes);
      live += bytes;
    }
    peak = Math.max(peak, live);
    for (const owner of new Set([...reads, ...makes.map((made) => made.value)].map(ownerOf))) {
      if (lastUse.get(owner) === index) live -= sizes.get(owner) ?? 0;
    }
  });
  return peak;
}
