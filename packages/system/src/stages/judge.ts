// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runDevice } from "../link/run-device.ts";
import { linkModelPath, readLineCard } from "../link/node/link-folder.ts";
import type { SeparationOptions } from "../lines/digital/separation.ts";
import { separationClassifiers } from "../lines/digital/separation-config.ts";
import { runTeacher } from "../teacher/teacher.ts";
import { JUDGE_FILE } from "./fine-tune.ts";
import type { LineSetting, LineSource } from "./line-source.ts";
import type { Ref } from "../run/inputs.ts";
import { openTeacherOf } from "./place.ts";

/** What judges the images that the separation line decodes: the teacher, the device's student, or a fine-tuned one. */
export async function openJudge(
  { id, line, judge }: Extract<LineSource, { kind: "digital" }>,
  { at, task, sizes, runtime }: LineSetting,
): Promise<Pick<SeparationOptions, "classify" | "classifier">> {
  const { signal } = at;
  const kind = separationClassifiers.find((classifier) => id === `separation-${classifier}`)!;
  if (kind === "teacher") {
    const teacher = await openTeacherOf(judge!, { provider: "cpu" }, at);
    const { name, params, macs } = teacher.card;
    return {
      classify: async (set) => {
        const { answer } = await runTeacher(teacher, set, { signal });
        if (answer) return task.decide(answer, sizes);
        throw new SemlinkError({
          code: "wrong-teacher",
          where: `line ${id}`,
          expected: "a teacher that answers",
          actual: `${name}, which gives embeddings alone`,
          hint: "set evaluate.separation.classifier to student or fine-tuned",
        });
      },
      classifier: { kind, name: `teacher ${name}`, params, macs },
    };
  }
  const isOwn = kind === "student";
  const path = isOwn
    ? linkModelPath(at.folderOf(line), "device")
    : join(at.folderOf(judge as Ref), JUDGE_FILE);
  const model = await readFile(path);
  const device = (await readLineCard(at.folderOf(line))).ledger.find(({ side }) => side === "device")!;
  const { params, macs } = device;
  return {
    classify: async (set) => {
      const { answers } = await runDevice(model, set, { runtime, signal });
      return task.decide(answers!, sizes);
    },
    classifier: { kind, name: isOwn ? kind : "fine-tuned student", params, macs },
  };
}
