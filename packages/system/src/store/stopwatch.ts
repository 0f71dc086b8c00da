// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { writeFileAtomic } from "@semlink/engine/node";

const SAVE_EVERY_MS = 10_000;

/** Time spent on one piece of work, over all the sessions it took. */
export interface Stopwatch {
  /** Stops, stores and returns the time so far, earlier sessions included [s]. */
  stop(): Promise<number>;
}

/**
 * Goes on from the time stored in a file. The time is stored every ten seconds, so a killed session loses no more.
 *
 * @param path - JSON file `{ "elapsedS": number }`; absent at first
 */
export async function startStopwatch(path: string): Promise<Stopwatch> {
  const earlierS = await storedSeconds(path);
  const startedAt = performance.now();
  const elapsedS = (): number => earlierS + (performance.now() - startedAt) / 1000;
  const store = (seconds: number): Promise<void> =>
    writeFileAtomic(path, JSON.stringify({ elapsedS: seconds }));
  let saving = Promise.resolve();
  const timer = setInterval(() => {
    saving = store(elapsedS()).catch(() => undefined); // what the stage itself writes will say why
  }, SAVE_EVERY_MS).unref();
  return {
    async stop() {
      clearInterval(timer);
      await saving;
      const seconds = elapsedS();
      await store(seconds);
      return seconds;
    },
  };
}

async function storedSeconds(path: string): Promise<number> {
  try {
    const { elapsedS } = JSON.parse(await readFile(path, "utf8")) as { elapsedS: unknown };
    return typeof elapsedS === "number" && elapsedS >= 0 ? elapsedS : 0;
  } catch {
    return 0; // the first session, or a damaged file: only the time is lost
  }
}
