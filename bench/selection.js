// SPDX-License-Identifier: Apache-2.0
import { workloads } from "./workloads/index.js";

/** Every case as `key/name`, with its workload. */
export const allCases = workloads.flatMap((workload) =>
  workload.cases.map((setting) => ({ id: `${workload.key}/${setting.name}`, workload, setting })),
);

/** The case of that id, `a/batch-64`. */
export function caseNamed(id) {
  const [found] = selectCases([id]);
  return found;
}

/**
 * The cases that the words choose: keys of workloads, `a`, or ids of cases, `a/batch-64`.
 *
 * @throws RangeError when a word chooses nothing
 */
export function selectCases(words) {
  const unknown = words.filter((word) => !allCases.some((candidate) => isChosenBy(candidate, word)));
  if (unknown.length > 0) {
    const known = [...workloads.map(({ key }) => key), ...allCases.map(({ id }) => id)].join(", ");
    throw new RangeError(`--only: expected some of ${known}, got ${unknown.join(", ")}`);
  }
  return allCases.filter((candidate) => words.some((word) => isChosenBy(candidate, word)));
}

function isChosenBy({ id, workload }, word) {
  return word === id || word === workload.key;
}
