// SPDX-License-Identifier: Apache-2.0
import type * as z from "zod";
import type { Radio } from "../../channel/radio.ts";
import type { Primitive } from "../../cells/primitives/primitive.ts";
import type { CodecConfig } from "../../codec/codec-config.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { LinkGraph } from "../../link/link-graph.ts";
import type { LineRole } from "../../results/results.ts";
import type { StudentConfig } from "../../student/student-config.ts";
import type { Task, TaskSizes } from "../../task/task.ts";
import type { TargetBank } from "../../teacher/target-bank.ts";
import type { Phase, TrainingPlace, Weights } from "../../train/phase.ts";
import type { RobustConfig } from "../../train/robust-config.ts";
import type { LineDeclaration } from "../line.ts";

/** What a learned line must handle: the question, the sizes, the radios. */
export interface LineProblem {
  readonly task: Task;
  readonly sizes: TaskSizes;
  /** [channels, height, width] */
  readonly imageShape: readonly [number, number, number];
  /** Width of the teacher's embedding. */
  readonly embedDim: number;
  readonly student: StudentConfig;
  /** Candidates that the genotype of a student of cells may name. */
  readonly primitives: readonly Primitive[];
  /** What every learned code has in common: lengths, trained Es/N0, share of clean transmissions. */
  readonly code: Pick<CodecConfig, "lengths" | "esNoDb" | "cleanFraction" | "sandwichFraction">;
  /** Met in training, evenly. */
  readonly radios: readonly Radio[];
  readonly robust: RobustConfig;
}

/** What a learned line is trained from. */
export interface LineMaterial {
  readonly data: Dataset;
  /** The teacher's outputs; null for a line that learns from the truth alone. */
  readonly targets: TargetBank | null;
  /** Values that the line starts from, by the names of its own network. */
  readonly start: Weights;
  readonly seed: number;
  readonly place: TrainingPlace;
}

/**
 * A line whose two halves are trained together: settings, network, phases of training, and the graph that both training
 * and export use. CAT is one; a rival is one file with such a value and a line in `learned-lines.ts`; a line of a user's
 * own is a module that exports `line`.
 *
 * `learnedLineConformance` tests what is declared.
 */
export interface LearnedLine<Settings = unknown, Network extends object = object> {
  /** Name in configurations; small letters, digits and hyphens. */
  readonly name: string;
  /** Name for legends. */
  readonly label: (settings: Settings) => string;
  readonly role: Extract<LineRole, "link" | "rival">;
  /** Settings of this line in a configuration, with defaults. */
  readonly settings: z.ZodType<Settings>;
  /** What is promised beside the lengths, which are those of the configuration. */
  readonly declares: (settings: Settings) => Omit<LineDeclaration, "lengths">;
  /**
   * Whose weights of stage 1 it starts from: the student that the teacher taught, or the one by the same recipe without
   * teacher. The teacher's outputs are material for the first alone.
   */
  readonly startsFrom: "student" | "control";
  /**
   * Whether its device answers by itself as well, which its graph says as `deviceAnswer`: codes for the label and digital lines
   * send the decision of the first line whose device does.
   */
  readonly decides?: boolean;
  /** Raised when the same settings lead to other weights. */
  readonly version: number;
  /** The whole network; names of its fields are keys of checkpoints. `student` and `head` start as those of stage 1. */
  network(problem: LineProblem, settings: Settings): Network;
  graph(network: Network, problem: LineProblem, settings: Settings): LinkGraph;
  /** Phases of training, in their order; each goes on from the weights of the one before. */
  phases(
    network: Network,
    problem: LineProblem,
    settings: Settings,
    material: LineMaterial,
  ): readonly Phase[];
  /** Values that training starts from, made of those of stage 1; these as they are when absent. What is missing is drawn. */
  start?(start: Weights, settings: Settings): Weights;
}

/** A {@link LearnedLine} with the types of its settings and network. */
export function defineLine<Settings, Network extends object>(
  line: LearnedLine<Settings, Network>,
): LearnedLine {
  // Settings are parsed by the line's own schema before they come back to it, and networks are its own.
  return line as unknown as LearnedLine;
}
