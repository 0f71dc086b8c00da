// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../packages/engine/test/chromium.fixture.ts";
import { main } from "./export.js";

describe("example 06, in Chromium", () => {
  let difference: string;
  let colours: readonly string[];

  beforeAll(async () => {
    const { url, close } = await main({ port: 0, numSteps: 100, log: () => undefined });
    const browser = await launchChromium([]);
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => document.querySelector("output")?.value !== "computing");
    difference = await page.evaluate(() => document.querySelector("output")!.value);
    colours = await page.evaluate(() => {
      const canvas = document.querySelector("canvas")!;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      const strongest = (pixel: number): string => {
        const [red, green, blue] = [data[4 * pixel], data[4 * pixel + 1], data[4 * pixel + 2]];
        return red > green ? "orange" : blue > green ? "blue" : "green";
      };
      return [...new Set(Array.from({ length: data.length / 4 }, (_, pixel) => strongest(pixel)))].sort();
    });
    return async () => {
      await browser.close();
      close();
    };
  });

  it("computes what Node computes, probabilities within 1e-5", () => {
    expect(Number(difference)).toBeLessThan(1e-5);
  });

  it("paints all three arms", () => {
    expect(colours).toEqual(["blue", "green", "orange"]);
  });
});
