// SPDX-License-Identifier: Apache-2.0
/** Items with the same key together, in the order of their first ones; items without a key stay alone. */
export function grouped<T>(
  items: readonly T[],
  keyOf: (item: T) => string | null,
): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  items.forEach((item, index) => {
    const key = keyOf(item) ?? `alone ${index}`;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  });
  return [...groups.values()];
}
