// SPDX-License-Identifier: Apache-2.0
import type { Command } from "./define-command.ts";

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [];
