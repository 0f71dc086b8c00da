// SPDX-License-Identifier: Apache-2.0
import { Writable } from "node:stream";
import type { CommandLineIo } from "./command-line.ts";

/** A stream that keeps what is written to it. */
export class TextSink extends Writable {
  text = "";
  readonly isTTY: boolean;
  readonly columns = 120;

  constructor(isTTY = false) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

/** Output streams of one command line, kept as text, and its cancellation. */
export function textIo(): CommandLineIo & {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly abort: () => void;
} {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  return { stdout: new TextSink(), stderr: new TextSink(), signal: controller.signal, abort };
}
