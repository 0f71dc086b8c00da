// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { DOMParser } from "linkedom";
import { describe, expect, it } from "vitest";
import { escapeXml, Html, html, serializeSvg, svgElement, typesetEsNo } from "./markup.ts";

describe("escapeXml", () => {
  it("escapes the five special characters", () => {
    expect(escapeXml(`<a b="c" d='e'>&`)).toBe("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
  });

  it("removes characters that XML forbids and keeps all others", () => {
    expect(escapeXml("a\u0000b\u001bc\ud800d\uffff é 😀\n")).toBe("abcd é 😀\n");
  });

  it("leaves no markup in any string", () => {
    fc.assert(fc.property(fc.string(), (text) => !/[<>"']/.test(escapeXml(text))));
  });
});

describe("serializeSvg", () => {
  it("writes elements, text and attributes, without those that are undefined", () => {
    const tree = svgElement("g", { fill: "red", stroke: undefined }, [
      svgElement("path", { d: "M0,0" }),
      "a<b",
    ]);
    expect(serializeSvg(tree)).toBe('<g fill="red"><path d="M0,0"/>a&lt;b</g>');
  });
});

describe("typesetEsNo", () => {
  it("lowers the indices and keeps the words", () => {
    const svg = serializeSvg(typesetEsNo(svgElement("text", {}, ["at Es/N0 [dB]"])));
    const { documentElement } = new DOMParser().parseFromString(svg, "image/svg+xml");
    expect(documentElement.textContent).toBe("at Es/N0 [dB]");
    expect(svg.match(/font-size="0.72em"/g)).toHaveLength(2);
  });

  it("returns to the base line after each index", () => {
    const svg = serializeSvg(typesetEsNo(svgElement("text", {}, ["Es/N0"])));
    const shifts = [...svg.matchAll(/<tspan(?: font-size="([\d.]+)em")? dy="([-\d.]+)em"/g)];
    const total = shifts.reduce((sum, [, size = "1", dy]) => sum + Number(size) * Number(dy), 0);
    expect(shifts).toHaveLength(4);
    expect(total).toBeCloseTo(0, 12);
  });

  it("does not touch titles and descriptions", () => {
    const tree = svgElement("svg", {}, [
      svgElement("desc", {}, ["Es/N0"]),
      svgElement("title", {}, ["Es/N0"]),
    ]);
    expect(typesetEsNo(tree)).toEqual(tree);
  });
});

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
