// SPDX-License-Identifier: Apache-2.0
import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { abortOnSignals } from "./signals.ts";

describe("abortOnSignals", () => {
  it.each(["SIGINT", "SIGTERM"])("aborts at the first %s and leaves at the second", (name) => {
    const source = new EventEmitter();
    const exits: number[] = [];
    const signal = abortOnSignals(source, (exitCode) => exits.push(exitCode));
    expect(signal.aborted).toBe(false);
    source.emit(name);
    expect([signal.aborted, exits]).toEqual([true, []]);
    source.emit(name);
    expect(exits).toEqual([130]);
  });
});
