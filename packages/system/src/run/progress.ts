// SPDX-License-Identifier: Apache-2.0

/** One step forward of a long stage. A reporter draws it; nothing computes from it. */
export interface ProgressEvent {
  /** Name of the stage, constant while it runs: `"download cifar10"`. */
  readonly stage: string;
  /** Units finished (bytes, images, steps); starts again from 0 when a stage is retried. */
  readonly done: number;
  /** Units in all, of the same kind as `done`. */
  readonly total: number;
  /** Figures worth a look, by name: `{ loss: 0.31 }`. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** One sentence for the person at the terminal. */
  readonly message?: string;
}

/** Receives progress. It must return quickly and must not throw. */
export type Reporter = (event: ProgressEvent) => void;
