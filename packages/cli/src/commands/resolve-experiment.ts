// SPDX-License-Identifier: Apache-2.0
import type { Experiment, ExperimentInput, Settings } from "@semlink/system";
import { readSettings } from "../config/settings.ts";
import type { ExperimentValues } from "./experiment-options.ts";

/**
 * The experiment that the options describe. Later ones win: preset, `--config`, `--set`, then the flags `--seed`,
 * `--name` and `--data-dir`, and those of the command alone.
 *
 * @param ofCommand - settings of options that the command alone has
 * @throws SemlinkError "invalid-argument" or "invalid-config" naming the key, what it must be and what it is
 */
export async function resolveExperiment(
  values: ExperimentValues,
  ofCommand: Settings = {},
): Promise<Experiment> {
  const { applyOverrides, mergeSettings, parseExperiment, presetNamed } = await import("@semlink/system");
  const { partsOf, withModules } = await import("@semlink/system/node");
  const { preset, config, set } = values;
  const written = config === undefined ? {} : await readSettings(config);
  const started = mergeSettings({ ...presetNamed(preset) }, written);
  // Every key is checked at the end; the overrides need no more than the names of keys.
  const overridden = { ...applyOverrides(started as unknown as ExperimentInput, set) };
  const flags = mergeSettings(flagSettings(values), ofCommand);
  const hasFlags = set.length > 0 || Object.keys(flags).length > 0;
  const sources = [...(config === undefined ? [] : [config]), ...(hasFlags ? ["command line"] : [])];
  const where = sources.join(" and ") || `preset ${preset}`;
  const complete = withModules(mergeSettings(overridden, flags));
  return parseExperiment(complete, where, partsOf(complete));
}

function flagSettings({ seed, name, dataDir, provider }: ExperimentValues): Settings {
  return {
    ...(provider === undefined ? {} : { runtime: { provider } }),
    ...(seed === undefined ? {} : { seed }),
    ...(name === undefined ? {} : { name }),
    ...(dataDir === undefined ? {} : { data: { dataDir } }),
  };
}
