// SPDX-License-Identifier: Apache-2.0
import { check } from "./check.ts";
import type { Command } from "./define-command.ts";
import { doctor } from "./doctor.ts";
import { evaluate } from "./evaluate.ts";
import { inspect } from "./inspect.ts";
import { report } from "./report.ts";
import { run } from "./run.ts";
import { stages } from "./stages.ts";
import { store } from "./store.ts";
import { verify } from "./verify.ts";

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  run,
  ...stages,
  evaluate,
  report,
  check,
  store,
  inspect,
  verify,
  doctor,
];
