// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { hintFor } from "@semlink/engine";

/**
 * One option of a command: how it is written, what it means, and how its text becomes a value. `T` includes
 * `undefined` when the option has no default and need not be given.
 */
export interface OptionSpec<T> {
  readonly description: string;
  /** Name of the value in the help, null for a flag. */
  readonly placeholder: string | null;
  readonly defaultValue: T | undefined;
  readonly isRequired: boolean;
  /** Written without a flag, as the file of `inspect FILE`. */
  readonly isOperand: boolean;
  /**
   * @param flag - how the option is written, named in errors
   * @param previous - value so far when the option is given again, else undefined
   * @throws SemlinkError "invalid-argument" when the text is not a value of this kind
   */
  readonly parse: (text: string, flag: string, previous: unknown) => T;
}

/** Options by their camelCase names; `esNoDb` is written `--es-no-db`. */
export type OptionTable = Readonly<Record<string, OptionSpec<unknown>>>;

/** How an option of that name is written: `--es-no-db`, or `<file>` for an operand. */
export function flagOf(name: string, spec: OptionSpec<unknown>): string {
  return spec.isOperand ? `<${name}>` : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Description and default, as the help and the reference page show them. */
export function describeOption({ description, defaultValue }: OptionSpec<unknown>): string {
  return description + describeDefault(defaultValue);
}

function describeDefault(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "" : ` (default: ${value.join(",")})`;
  if (value === undefined || value === false) return "";
  if (value === true) return " (default: on)";
  return ` (default: ${typeof value === "string" ? value : JSON.stringify(value)})`;
}

/** Values of an option table, by name. */
export type OptionValues<O extends OptionTable> = {
  readonly [Name in keyof O]: O[Name] extends OptionSpec<infer T> ? T : never;
};

/** What every kind of option may say: its default, or that it must be given. */
export interface ValueSettings<T> {
  readonly default?: T;
  readonly required?: boolean;
}

/** {@link ValueSettings} with the least and greatest value. */
export interface NumberSettings<T> extends ValueSettings<T> {
  readonly min?: number;
  readonly max?: number;
}

/** Type of the value: never undefined when there is a default or the option is required. */
export type ValueOf<T, S> = S extends { readonly default: T } | { readonly required: true }
  ? T
  : T | undefined;

function valueOption<T, S extends ValueSettings<T>>(
  placeholder: string,
  description: string,
  settings: S,
  parse: (text: string, flag: string, previous: unknown) => T,
): OptionSpec<ValueOf<T, S>> {
  const { default: defaultValue, required: isRequired = false } = settings;
  const spec: OptionSpec<T> = {
    description,
    placeholder,
    defaultValue,
    isRequired,
    isOperand: false,
    parse,
  };
  return spec; // ValueOf adds the undefined of an option that is left out
}

function invalid(where: string, expected: string, text: string, hint?: string): SemlinkError {
  return new SemlinkError({ code: "invalid-argument", where, expected, actual: JSON.stringify(text), hint });
}

function describeRange(noun: string, { min, max }: NumberSettings<unknown>): string {
  if (min !== undefined && max !== undefined) return `${noun}, ${min} to ${max}`;
  if (min !== undefined) return `${noun}, at least ${min}`;
  return max === undefined ? noun : `${noun}, at most ${max}`;
}

/** The number that a text says; NaN when it says none, or one out of range. */
function numberIn(text: string, { min = -Infinity, max = Infinity }: NumberSettings<unknown>): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= min && value <= max ? value : Number.NaN;
}

/** Makers of the kinds of options, used in the option table of a command. */
export const option = {
  /** A file or folder. */
  path<S extends ValueSettings<string>>(
    description: string,
    settings = {} as S,
  ): OptionSpec<ValueOf<string, S>> {
    return valueOption<string, S>("path", description, settings, (text, flag) => {
      if (text === "") throw invalid(flag, "a path", text);
      return text;
    });
  },

  /** A file that the command is about, written without a flag. */
  operand(description: string): OptionSpec<string> {
    return { ...option.path(description, { required: true }), isOperand: true };
  },

  /** Any text. */
  string<S extends ValueSettings<string>>(
    description: string,
    settings = {} as S,
  ): OptionSpec<ValueOf<string, S>> {
    return valueOption<string, S>("text", description, settings, (text) => text);
  },

  /** Any text, any number of times. */
  strings(description: string, placeholder: string): OptionSpec<readonly string[]> {
    return valueOption<readonly string[], { default: readonly string[] }>(
      placeholder,
      description,
      { default: [] },
      (text, _flag, previous) => [...((previous as readonly string[] | undefined) ?? []), text],
    );
  },

  /** A safe integer. */
  integer<S extends NumberSettings<number>>(
    description: string,
    settings = {} as S,
  ): OptionSpec<ValueOf<number, S>> {
    return valueOption<number, S>("integer", description, settings, (text, flag) => {
      const value = numberIn(text, settings);
      if (Number.isSafeInteger(value)) return value;
      throw invalid(flag, describeRange("an integer", settings), text);
    });
  },

  /** A finite number. */
  number<S extends NumberSettings<number>>(
    description: string,
    settings = {} as S,
  ): OptionSpec<ValueOf<number, S>> {
    return valueOption<number, S>("number", description, settings, (text, flag) => {
      const value = numberIn(text, settings);
      if (!Number.isNaN(value)) return value;
      throw invalid(flag, describeRange("a number", settings), text);
    });
  },

  /** Finite numbers separated by commas. */
  numbers<S extends NumberSettings<readonly number[]>>(
    description: string,
    settings = {} as S,
  ): OptionSpec<ValueOf<readonly number[], S>> {
    return valueOption<readonly number[], S>("n,n,...", description, settings, (text, flag) => {
      const values = text.split(",").map((part) => numberIn(part, settings));
      if (!values.some(Number.isNaN)) return values;
      throw invalid(flag, describeRange("numbers separated by commas", settings), text);
    });
  },

  /** One of a few names. */
  choice<const C extends readonly string[], S extends ValueSettings<C[number]>>(
    description: string,
    choices: C,
    settings = {} as S,
  ): OptionSpec<ValueOf<C[number], S>> {
    return valueOption<C[number], S>(choices.join("|"), description, settings, (text, flag) => {
      if (choices.includes(text)) return text;
      throw invalid(flag, `one of ${choices.join(", ")}`, text, hintFor(text, choices));
    });
  },

  /** On (`--name`) or off (`--no-name`). */
  flag(description: string, settings: { readonly default?: boolean } = {}): OptionSpec<boolean> {
    const { default: defaultValue = false } = settings;
    const parse = (): boolean => true;
    return { description, placeholder: null, defaultValue, isRequired: false, isOperand: false, parse };
  },
};
