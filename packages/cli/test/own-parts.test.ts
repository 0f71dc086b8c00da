// SPDX-License-Identifier: Apache-2.0
import { parseResults, type Results } from "@semlink/system";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE, ownWorkplace } from "./own-parts.fixture.ts";
import { type Ended, semlink, type Workplace } from "./semlink-process.ts";

/** Less to measure than in the example; nothing of its parts is left out. */
const LESS = ["--set", "evaluate.baselines=[label-code]", "--set", "evaluate.esNoDb=[5]"];
const TIMEOUT_MS = 240_000;

let workplace: Workplace;

beforeAll(async () => {
  workplace = await ownWorkplace();
});

afterAll(async () => {
  await workplace.remove();
});

describe("the example of one's own parts", () => {
  const run = (): Promise<Ended> =>
    semlink(workplace, ["run", "--config", `${EXAMPLE}/experiment.yaml`, ...LESS]);
  const folder = (): string => join(workplace.work, "runs", "own-parts");
  const results = async (): Promise<Results> => {
    const path = join(folder(), "results.json");
    return parseResults(await readFile(path, "utf8"), path);
  };
  /** Stages that the last run has computed; data are loaded every time. */
  const computed = async (): Promise<string[]> => {
    const { stages } = (await results()).provenance;
    return stages.flatMap(({ stage, cached }) => (cached || stage === "data" ? [] : [stage]));
  };

  beforeAll(async () => {
    const { exitCode, stderr } = await run();
    expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
  }, TIMEOUT_MS);

  it("is reported like semlink's own: line and channel in results and report, classes in the exported link", async () => {
    const { lines, channels } = await results();
    expect(lines).toContainEqual(
      expect.objectContaining({ id: "linear-projection", label: "Linear projection", role: "rival" }),
    );
    expect(channels).toContainEqual(expect.objectContaining({ id: "nakagami-block(m=2)", isFading: true }));
    const report = await readFile(join(folder(), "report.html"), "utf8");
    expect(report).toContain("Linear projection");
    expect(report).toContain("Nakagami fading, m = 2, one gain per image");
    const link = await readFile(join(folder(), "links", "linear-projection.receiver.onnx"), "latin1");
    expect(link).toContain("narrow vertical");
  });

  it(
    "computes nothing twice, and after a change of the line that line alone",
    async () => {
      expect((await run()).exitCode).toBe(0);
      expect(await computed()).toEqual([]);
      await appendFile(join(workplace.work, EXAMPLE, "line.js"), "// changed\n");
      expect((await run()).exitCode).toBe(0);
      expect((await computed()).toSorted()).toEqual(["device", "line-linear-projection", "measure-line"]);
    },
    TIMEOUT_MS,
  );

  it(
    "has a channel that agrees with theory",
    async () => {
      const argv = ["verify", "--channel", `${EXAMPLE}/channel.js`, "--quick", "--out", "verify.json"];
      const { exitCode, stdout } = await semlink(workplace, argv);
      expect({ exitCode, ending: /the radio agrees with theory/.test(stdout) }).toEqual({
        exitCode: 0,
        ending: true,
      });
    },
    TIMEOUT_MS,
  );
});
