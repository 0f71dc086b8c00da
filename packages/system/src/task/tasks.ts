// SPDX-License-Identifier: Apache-2.0
import { hintFor, SemlinkError } from "@semlink/engine";
import { classify } from "./classify.ts";
import type { Task } from "./task.ts";

/** Every task that comes with semlink. Adding one is a file and a line here. */
export const tasks: readonly Task[] = [classify];

/**
 * A task by its name.
 *
 * @throws SemlinkError "unknown-task" with the names there are
 */
export function taskNamed(name: string): Task {
  const task = tasks.find((known) => known.name === name);
  if (task) return task;
  const names = tasks.map((known) => known.name);
  throw new SemlinkError({
    code: "unknown-task",
    where: "task",
    expected: names.join(", "),
    actual: name,
    hint: hintFor(name, names),
  });
}
