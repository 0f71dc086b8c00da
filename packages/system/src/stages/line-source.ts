// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import type { ChannelSpec } from "../channel/channel-spec.ts";
import type { Dataset, EvaluatedSplit, ImageSet } from "../data/dataset.ts";
import type { SeparationConfig } from "../lines/digital/separation-config.ts";
import type { DigitalLineName, UnlearnedLineName } from "../lines/line-names.ts";
import type { Ref } from "../run/inputs.ts";
import type { Task, TaskSizes } from "../task/task.ts";
import type { Place, TeacherRef } from "./place.ts";

/**
 * A line to measure: a trained one, or one of the others with the trained line whose device it has. `device` is the device's
 * stage, null where other images than the whole split are sent.
 */
export type LineSource =
  | { readonly kind: "learned"; readonly line: Ref; readonly device: Ref | null }
  | {
      readonly kind: "unlearned";
      readonly id: UnlearnedLineName;
      readonly line: Ref;
      readonly device: Ref | null;
    }
  | {
      readonly kind: "digital";
      readonly id: DigitalLineName;
      readonly line: Ref;
      readonly formats: SeparationConfig["formats"];
      /** The teacher, or the student fine-tuned on compressed images, where it judges what is decoded. */
      readonly judge: TeacherRef | null;
    };

/** Where a line is measured. */
export interface MeasurePoints {
  readonly channels: readonly ChannelSpec[];
  readonly esNoDb: readonly number[];
  readonly lengths: readonly number[];
  readonly drawsPerImage: number;
  readonly split: EvaluatedSplit;
  /** Images of the split, drawn at random; all when null. */
  readonly images: number | null;
  /**
   * Whether the channels are not those of training: then a code is told the kind of a channel only where training met
   * that kind, and a digital transmitter takes every radio for the simplest of its kind.
   */
  readonly isMismatch: boolean;
}

/** What lines are opened with. */
export interface LineSetting {
  readonly at: Place;
  readonly data: Dataset;
  /** The items to send. */
  readonly set: ImageSet;
  readonly task: Task;
  readonly sizes: TaskSizes;
  readonly runtime: Runtime;
  readonly points: MeasurePoints;
  readonly seed: number;
}
