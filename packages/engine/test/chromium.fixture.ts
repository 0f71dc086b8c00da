// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { SemlinkError } from "../src/index.ts";

/** Chromium's own Vulkan in software gives WebGPU an adapter on machines without a graphics card. */
export const SOFTWARE_WEBGPU: readonly string[] = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
];

/**
 * Environment in which Node's WebGPU finds the same software Vulkan, of Debian's Chromium. The loader reads it when a
 * process starts, so it must be a child's.
 */
export const SOFTWARE_VULKAN: Readonly<Record<string, string>> = {
  LD_LIBRARY_PATH: "/usr/lib/chromium",
  VK_ICD_FILENAMES: "/usr/lib/chromium/vk_swiftshader_icd.json",
};

// Nothing but the page: no sandbox (tests run as root in containers) and no calls home.
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Headless Chromium of the system: the one at `CHROMIUM_PATH`, else Debian's.
 *
 * @throws SemlinkError `chromium-missing` that says how to install it; a test without it must fail, not pass
 */
export async function launchChromium(flags: readonly string[]): Promise<Browser> {
  const path = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
  if (!existsSync(path)) {
    throw new SemlinkError({
      code: "chromium-missing",
      where: "browser tests",
      expected: `Chromium at ${path}`,
      actual: "no such file",
      hint: "install it, on Debian and Ubuntu with `apt-get install chromium`, or set CHROMIUM_PATH",
    });
  }
  return chromium.launch({ executablePath: path, headless: true, args: [...QUIET, ...flags] });
}
