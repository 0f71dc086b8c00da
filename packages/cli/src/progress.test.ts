// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { createProgress } from "./progress.ts";
import { TextSink } from "./testing-io.fixture.ts";

/** Progress on a sink, with a clock that a test moves by hand. */
async function progressOn(sink: TextSink): Promise<{
  send: (timeS: number, stage: string, done: number, total: number, message?: string) => void;
  stop: () => void;
}> {
  let time = 0;
  const { report, stop } = await createProgress(sink, () => time);
  const send = (timeS: number, stage: string, done: number, total: number, message?: string): void => {
    time = timeS * 1000;
    report({ stage, done, total, metrics: { loss: 0.5 }, ...(message === undefined ? {} : { message }) });
  };
  return { send, stop };
}

describe("progress on a stream that is no terminal", () => {
  it("prints the beginning, at most one line in ten seconds, and the end", async () => {
    const sink = new TextSink();
    const { send, stop } = await progressOn(sink);
    for (let second = 0; second <= 30; second++) send(second, "distill", second, 30);
    stop();
    expect(sink.text.trimEnd().split("\n")).toEqual([
      "distill: 0/30 (0 %), loss 0.5000",
      "distill: 10/30 (33 %), loss 0.5000, ETA 20 s",
      "distill: 20/30 (66 %), loss 0.5000, ETA 10 s",
      "distill: 30/30 (100 %), loss 0.5000, done in 30 s",
    ]);
  });

  it("says the end of a stage once", async () => {
    const sink = new TextSink();
    const { send } = await progressOn(sink);
    for (const second of [0, 20, 40]) send(second, "data", 5, 5);
    expect(sink.text).toBe("data: 5/5 (100 %), loss 0.5000, done in 0 s\n");
  });

  it("starts a new count when the stage changes or is retried", async () => {
    const sink = new TextSink();
    const { send } = await progressOn(sink);
    send(0, "download", 8, 10);
    send(1, "download", 0, 10);
    send(5, "download", 10, 10);
    send(6, "decode", 1, 2);
    expect(sink.text.trimEnd().split("\n")).toEqual([
      "download: 8/10 (80 %), loss 0.5000",
      "download: 0/10 (0 %), loss 0.5000",
      "download: 10/10 (100 %), loss 0.5000, done in 4 s",
      "decode: 1/2 (50 %), loss 0.5000",
    ]);
  });

  it("keeps stages that run side by side apart", async () => {
    const sink = new TextSink();
    const { send } = await progressOn(sink);
    for (let second = 0; second <= 12; second += 2) {
      send(second, "cat", second, 20);
      send(second + 1, "film-mlp", second, 20);
    }
    expect(sink.text.trimEnd().split("\n")).toEqual([
      "cat: 0/20 (0 %), loss 0.5000",
      "film-mlp: 0/20 (0 %), loss 0.5000",
      "cat: 10/20 (50 %), loss 0.5000, ETA 10 s",
      "film-mlp: 10/20 (50 %), loss 0.5000, ETA 10 s",
    ]);
  });

  it("prints every message, and no share of an unknown total", async () => {
    const sink = new TextSink();
    const { send } = await progressOn(sink);
    send(0, "data", 1, 4, "the cache is damaged and is made again");
    send(1, "data", 2, 4, "still at it");
    send(2, "wait", 0, 0);
    expect(sink.text).toBe(
      "data: the cache is damaged and is made again\n" +
        "data: 1/4 (25 %), loss 0.5000\n" +
        "data: still at it\n" +
        "wait: 0/0, loss 0.5000, done in 0 s\n",
    );
  });
});

/** The texts that were put on the terminal one after another, without the control sequences between them. */
function drawn(sink: TextSink): string[] {
  const controls = new RegExp(["\\u001b\\[[?0-9;]*[A-Za-z]", "\\u001b[78]", "\\n"].join("|"));
  return sink.text.split(controls);
}

describe("progress on a terminal", () => {
  it("draws a bar for each stage, with the time left and the metrics, and a line for a message", async () => {
    const sink = new TextSink(true);
    const { send, stop } = await progressOn(sink);
    send(0, "distill", 0, 4);
    send(5, "distill", 2, 4, "half way");
    send(10, "distill", 4, 4);
    send(10, "codec", 1, 2);
    stop();
    const lines = drawn(sink).filter((line) => line !== "");
    const ofEachKind = lines.map((line) => line.replace(/[=-]{2,}/, "bar"));
    expect(ofEachKind.filter((line, i) => line !== ofEachKind[i - 1])).toEqual([
      "distill [bar] 0 % 0/4 loss 0.5000",
      "distill: half way",
      "distill [bar] 50 % 2/4 ETA 5 s, loss 0.5000",
      "distill: 4/4 (100 %), loss 0.5000, done in 10 s",
      "codec [bar] 50 % 1/2 loss 0.5000",
    ]);
  });

  it("draws nothing more once a stage has ended", async () => {
    const sink = new TextSink(true);
    const { send, stop } = await progressOn(sink);
    send(0, "data", 2, 2);
    const before = sink.text;
    send(1, "data", 2, 2);
    stop();
    expect(sink.text).toBe(before);
  });
});
