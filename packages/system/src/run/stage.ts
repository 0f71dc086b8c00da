// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { CoreShare } from "./cores.ts";
import type { Ref } from "./inputs.ts";
import type { Reporter } from "./progress.ts";

/** What a run gives its stages beside their inputs and what is no part of a key: folders of caches, addresses. JSON. */
export type AnySettings = object;

/** What a stage sees beside its inputs. */
export interface Workplace<Settings extends AnySettings = Readonly<Record<string, unknown>>> {
  /** Folder that the stage fills. */
  readonly folder: string;
  /** The part to make; undefined for a stage that is made in one piece. */
  readonly part: string | undefined;
  /**
   * Folder of a finished artifact that is among the inputs.
   *
   * @throws SemlinkError "unknown-artifact" for any other
   */
  folderOf(ref: Ref): string;
  /** The cores that the stage may use now. No bit of what it makes depends on their number. */
  readonly cores: CoreShare;
  readonly settings: Settings;
  readonly report: Reporter;
  /** Fires when the stage is to save its state and reject with the signal's reason. */
  readonly signal: AbortSignal;
}

/** One step of the method as it is written down. `Inputs` are JSON and may hold a {@link Ref} anywhere. */
export interface StageDefinition<
  Inputs extends object,
  Value,
  Settings extends AnySettings = Readonly<Record<string, unknown>>,
> {
  /** Kebab-case; part of the key, and the name in the table of the worker program. */
  readonly name: string;
  /** Raised when the stage computes something else from the same inputs. */
  readonly version: number;
  /** How many cores a process of the stage can use. */
  readonly maxCores: number | ((inputs: Inputs) => number);
  /** Readable start of the folder's name, kebab-case, also the name in reports; the stage's name if left out. */
  readonly folderName?: (inputs: Inputs) => string;
  /**
   * Names of parts, in groups: a group begins when the one before it is finished, and the parts of a group are made
   * side by side, each in a process of its own, in the same folder. In one piece if left out.
   */
  readonly parts?: (inputs: Inputs) => readonly (readonly string[])[];
  /**
   * Runs in a child process and fills the folder. Called again with what an interrupted call left there, it goes on
   * from it and ends with the same bits.
   */
  produce(inputs: Inputs, at: Workplace<Settings>): Promise<void>;
  /**
   * Runs in the parent: the value of a finished folder.
   *
   * @throws SemlinkError "corrupt-file" to have the stage made again
   */
  read(folder: string, inputs: Inputs): Promise<Value>;
}

/** One step of the method that turns inputs into files. */
export type Stage<
  Inputs extends object,
  Value,
  Settings extends AnySettings = Readonly<Record<string, unknown>>,
> = Readonly<StageDefinition<Inputs, Value, Settings>>;

/** A stage of any inputs, as a table holds it. */
export type AnyStage = Stage<never, unknown, never>;

const STAGE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * A stage from its definition.
 *
 * @throws SemlinkError "invalid-argument" when the name is not kebab-case or the version no positive integer
 */
export function defineStage<
  Inputs extends object,
  Value,
  Settings extends AnySettings = Readonly<Record<string, unknown>>,
>(definition: StageDefinition<Inputs, Value, Settings>): Stage<Inputs, Value, Settings> {
  const { name, version } = definition;
  if (STAGE_NAME.test(name) && Number.isSafeInteger(version) && version >= 1) return definition;
  throw new SemlinkError({
    code: "invalid-argument",
    where: `stage ${JSON.stringify(name)}`,
    expected: "a name of small letters and digits joined by '-', and a version of 1 or more",
    actual: `version ${version}`,
  });
}
