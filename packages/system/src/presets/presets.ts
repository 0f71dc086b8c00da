// SPDX-License-Identifier: Apache-2.0
import { nearestName, SemlinkError } from "@semlink/engine";
import type { ExperimentInput } from "../experiment.ts";
import { hour } from "./hour.ts";
import { quick } from "./quick.ts";
import { smoke } from "./smoke.ts";
import { standard } from "./standard.ts";

/** Every preset, shortest first. To add one: a file and a line here. */
export const presets: readonly ExperimentInput[] = [smoke, quick, hour, standard];

/**
 * The preset of that name, as written: overrides apply to it, `parseExperiment` completes it.
 *
 * @throws SemlinkError "invalid-argument" when there is none, naming those that exist
 */
export function presetNamed(name: string): ExperimentInput {
  const preset = presets.find((candidate) => candidate.name === name);
  if (preset) return preset;
  const names = presets.map((candidate) => candidate.name);
  const nearest = nearestName(name, names);
  throw new SemlinkError({
    code: "invalid-argument",
    where: "preset",
    expected: names.join(" or "),
    actual: JSON.stringify(name),
    ...(nearest === undefined ? {} : { hint: `did you mean ${JSON.stringify(nearest)}?` }),
  });
}
