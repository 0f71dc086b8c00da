// SPDX-License-Identifier: Apache-2.0
import type { Ref } from "../run/inputs.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import { computeStatistics, computeTargets } from "../teacher/node/compute-targets.ts";
import { readTargetBank } from "../teacher/node/target-files.ts";
import {
  type DataRef,
  openData,
  openTeacherOf,
  type RuntimeConfig,
  type Settings,
  type TeacherRef,
} from "./place.ts";

/** All that the teacher's outputs depend on. */
export interface TargetsInputs {
  readonly data: DataRef;
  readonly teacher: TeacherRef;
  readonly numViews: number;
  readonly runtime: RuntimeConfig;
}

/** A target bank in the store. */
export interface TargetsValue {
  readonly embedDim: number;
  readonly answerDim: number | null;
}

const STATISTICS = "statistics";
/** Processes that share the views, whatever the machine: which one computes a view changes no bit. */
const NUM_PARTS = 4;

/** Runs the teacher over the view bank, once for all stages and runs of the same content. */
export const targetsStage: Stage<TargetsInputs, TargetsValue, Settings> = defineStage({
  name: "targets",
  version: 1,
  maxCores: 1,
  parts: ({ numViews }) => [
    [STATISTICS],
    Array.from({ length: Math.min(NUM_PARTS, numViews) }, (_, part) => String(part)),
  ],
  async produce({ data: ref, teacher, numViews, runtime }, at) {
    const data = await openData(ref, at);
    const { folder, report, signal } = at;
    const options = { data, openTeacher: () => openTeacherOf(teacher, runtime, at), folder, report, signal };
    if (at.part === STATISTICS) await computeStatistics(options);
    else await computeTargets({ ...options, numViews, part: Number(at.part), numParts: NUM_PARTS });
  },
  async read(folder, { numViews }) {
    const { embedDim, answerDim } = await readTargetBank(folder, numViews);
    return { embedDim, answerDim };
  },
});

/** A bank with the number of views in it. */
export interface BankRef {
  readonly bank: Ref;
  readonly numViews: number;
}
