// SPDX-License-Identifier: Apache-2.0
import type { StageTable } from "../run/serve-stages.ts";

/** Every stage by its name, imported when it is run: a child loads only what it needs. To add one: a file and a line here. */
export const stageTable: StageTable = {
  teacher: async () => (await import("./teacher.ts")).teacherStage,
  targets: async () => (await import("./targets.ts")).targetsStage,
  student: async () => (await import("./student.ts")).studentStage,
  line: async () => (await import("./line.ts")).lineStage,
  device: async () => (await import("./device.ts")).deviceStage,
  clean: async () => (await import("./clean.ts")).cleanStage,
  measure: async () => (await import("./measure.ts")).measureStage,
  "fine-tune": async () => (await import("./judge.ts")).fineTuneStage,
  search: async () => (await import("./propose.ts")).searchStage,
  "one-shot": async () => (await import("./trial.ts")).oneShotStage,
  trial: async () => (await import("./trial.ts")).trialStage,
  "test-embeddings": async () => (await import("./trial.ts")).testEmbeddingsStage,
  latency: async () => (await import("./trial.ts")).latencyStage,
};
