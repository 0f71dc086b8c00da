// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { type OwnExport, ownExport } from "../../config/node/own-module.ts";
import { checkTeacherCard } from "../card.ts";
import type { Teacher, TeacherSource } from "../teacher.ts";

const ASKED: OwnExport = {
  code: "teacher-module",
  names: ["teacher"],
  parts: { name: "string", open: "function" },
};

const TEACHER_PARTS = ["embed", "release"] as const;

/**
 * The teacher that a module exports as `teacher`. Its card and its map are checked when it is opened, and what it says of
 * images by `runTeacher`.
 *
 * @param path - module, relative to the working folder
 * @throws SemlinkError `teacher-module` when it cannot be imported or exports no teacher; on opening, when `open` throws or
 * gives something that is no teacher
 */
export function loadTeacherModule(path: string): TeacherSource {
  const source = ownExport(path, ASKED) as TeacherSource;
  return {
    name: source.name,
    async open(options) {
      try {
        return checked(await source.open(options), path);
      } catch (cause) {
        options.signal?.throwIfAborted();
        if (cause instanceof SemlinkError && cause.code === ASKED.code) throw cause;
        throw wrong(path, "a teacher that opens", describeError(cause).message, cause);
      }
    },
  };
}

function checked(teacher: Teacher, path: string): Teacher {
  const missing = TEACHER_PARTS.filter((part) => typeof teacher[part] !== "function");
  if (missing.length > 0)
    throw wrong(path, `open to give ${TEACHER_PARTS.join(", ")}`, `no ${missing.join(", no ")}`);
  const card = checkTeacherCard(teacher.card, `${path}, card`);
  const { map } = teacher;
  if (card.hasMap !== Boolean(map)) {
    throw wrong(path, `${card.hasMap ? "a" : "no"} map, as its card says`, map ? "a map" : "none");
  }
  const { embedding, answer } = card.outputs;
  if (map && answer) {
    const sizes = [map.weight.length, map.bias.length];
    const expected = [answer.width * embedding.width, answer.width];
    if (sizes.some((size, i) => size !== expected[i])) {
      throw wrong(path, `a map of ${expected.join(" weights and ")} biases`, sizes.join(" and "));
    }
  }
  return teacher;
}

function wrong(where: string, expected: string, actual: string, cause?: unknown): SemlinkError {
  return new SemlinkError({ code: ASKED.code, where, expected, actual, cause });
}
