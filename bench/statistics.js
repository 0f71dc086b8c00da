// SPDX-License-Identifier: Apache-2.0

/** Middle value; the mean of the two middle ones of an even number. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `{ min, median, max }` */
export function spread(values) {
  return { min: Math.min(...values), median: median(values), max: Math.max(...values) };
}
