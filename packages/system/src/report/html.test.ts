// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { Html, html } from "./html.ts";

describe("html", () => {
  it("escapes text, in content and in attributes", () => {
    const hostile = `"><script>alert('1')</script>`;
    const { markup } = html`<p title="${hostile}">${hostile}</p>`;
    expect(markup).not.toContain("<script>");
    expect(markup).toBe(html`<p title="${hostile}">${hostile}</p>`.markup);
    expect(markup.match(/&lt;script&gt;/g)).toHaveLength(2);
  });

  it("does not escape markup a second time", () => {
    const items = [html`<b>a&amp;b</b>`, new Html("<i>c</i>")];
    expect(html`${items}`.markup).toBe("<b>a&amp;b</b><i>c</i>");
  });

  it("writes nothing for undefined and joins lists", () => {
    expect(html`${undefined}${[1, "<"]}`.markup).toBe("1&lt;");
  });
});
