// SPDX-License-Identifier: Apache-2.0
import type { CommonValues } from "./define-command.ts";
import { option, type OptionSpec, type OptionValues } from "./option.ts";

/** Where the random numbers of a command begin. */
export const seedOption: OptionSpec<number | undefined> = option.integer(
  "root seed of everything that is random",
);

/** Options of every command that works on an experiment. */
export const experimentOptions: {
  readonly preset: OptionSpec<string>;
  readonly config: OptionSpec<string | undefined>;
  readonly set: OptionSpec<readonly string[]>;
  readonly name: OptionSpec<string | undefined>;
  readonly seed: OptionSpec<number | undefined>;
  readonly runs: OptionSpec<string>;
  readonly dataDir: OptionSpec<string | undefined>;
  readonly provider: OptionSpec<string | undefined>;
  readonly cores: OptionSpec<number | undefined>;
  readonly detectAnomaly: OptionSpec<boolean>;
} = {
  preset: option.string("experiment to start from: smoke, quick, hour or standard", { default: "quick" }),
  config: option.path("YAML file with settings in place of the preset's"),
  set: option.strings("one setting in place of preset and file: --set codec.maxSymbols=32", "key=value"),
  name: option.string("name of the run, and of its folder"),
  seed: seedOption,
  runs: option.path("folder of all runs", { default: "runs" }),
  dataDir: option.path("folder with an offline copy of the data"),
  provider: option.string("execution provider of ONNX Runtime: cpu, cuda, webgpu, coreml or dml"),
  cores: option.integer("cores that the run may use; all unless said otherwise", { min: 1 }),
  detectAnomaly: option.flag("when a loss or weight is not finite, rerun the step and name the operator"),
};

/** Values of {@link experimentOptions} and of the common options. */
export type ExperimentValues = OptionValues<typeof experimentOptions> & CommonValues;
