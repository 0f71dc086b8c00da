// SPDX-License-Identifier: Apache-2.0
import type { Settings } from "@semlink/system";
import { type Command, defineCommand } from "./define-command.ts";
import { experimentOptions } from "./experiment-options.ts";
import { option, type OptionSpec, type OptionValues } from "./option.ts";
import { runPipeline } from "./run-pipeline.ts";

const matrixOptions: {
  readonly matrix: OptionSpec<boolean>;
  readonly against: OptionSpec<readonly string[]>;
} = {
  matrix: option.flag(
    "measure the mismatch matrix too: channels, receivers and hardware not met in training",
  ),
  against: option.strings("run whose links are rows of the matrix as well, trained on the same data", "path"),
};

/** The pipeline up to the figures, with the mismatch matrix if that is asked for. */
export const evaluate: Command = defineCommand({
  name: "evaluate",
  summary: "Measure every system on the test set and write results.json",
  example: "semlink evaluate --preset smoke --matrix",
  options: { ...matrixOptions, ...experimentOptions },
  run: (values, context) => runPipeline(values, context, "evaluate", matrixSettings(values)),
});

/** What `--matrix` and `--against`, which implies it, set: the section as it is configured, or its defaults. */
export function matrixSettings({ matrix, against }: OptionValues<typeof matrixOptions>): Settings {
  if (!matrix && against.length === 0) return {};
  return { evaluate: { matrix: against.length > 0 ? { against } : {} } };
}
