// SPDX-License-Identifier: Apache-2.0

// The package publishes no types; these are the parts that registry-tarball.ts uses.
declare module "@npmcli/config" {
  import type { Options } from "pacote";

  interface ConfigOptions {
    definitions: object;
    shorthands: object;
    flatten: object;
    nerfDarts: readonly string[];
    npmPath: string;
    argv: readonly string[];
    env: Readonly<Record<string, string | undefined>>;
    warn: boolean;
  }

  class Config {
    constructor(options: ConfigOptions);
    load(): Promise<void>;
    isDefault(key: string): boolean;
    set(key: string, value: unknown): void;
    readonly flat: Options;
  }

  export = Config;
}

declare module "@npmcli/config/lib/definitions/index.js" {
  const published: { definitions: object; shorthands: object; flatten: object; nerfDarts: readonly string[] };
  export = published;
}
