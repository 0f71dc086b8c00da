// SPDX-License-Identifier: Apache-2.0
import { cat, filmMlp } from "./codec-line.ts";
import { deepJscc } from "./deep-jscc.ts";
import type { LearnedLine } from "./learned-line.ts";

/** Every learned line that comes with semlink. To add one: a file and a line here. */
export const learnedLines: readonly LearnedLine[] = [cat, filmMlp, deepJscc];
