// SPDX-License-Identifier: Apache-2.0
import { stylesheet } from "./stylesheet.ts";

/** An SVG element as plain data: what the report composes and serialises. */
export interface SvgElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly SvgNode[];
}

/** An element or a piece of text. */
export type SvgNode = SvgElement | string;

/** Makes one SVG element; attributes that are `undefined` are left out. */
export function svgElement(
  tag: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  children: readonly SvgNode[] = [],
): SvgElement {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return {
    tag,
    attributes: Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
    children,
  };
}

/** XML text with the five special characters escaped and characters that XML forbids removed. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Well-formed XML of a tree; the same tree gives the same bytes. */
export function serializeSvg(node: SvgNode): string {
  if (typeof node === "string") return escapeXml(node);
  const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${name}="${escapeXml(value)}"`);
  const open = `<${node.tag}${attributes.join("")}`;
  if (node.children.length === 0) return `${open}/>`;
  return `${open}>${node.children.map(serializeSvg).join("")}</${node.tag}>`;
}

const ES_NO = "Es/N0";
const SUBSCRIPT_EM = 0.72;
const DROP_EM = 0.25;

/** Sets each `Es/N0` inside `<text>` with lowered indices; the text content stays `Es/N0`. */
export function typesetEsNo(node: SvgNode): SvgNode {
  if (typeof node === "string" || node.tag === "title" || node.tag === "desc") return node;
  const isText = node.tag === "text" || node.tag === "tspan";
  const children = node.children.flatMap((child): SvgNode[] =>
    typeof child === "string" && isText && child.includes(ES_NO) ? lowerIndices(child) : [typesetEsNo(child)],
  );
  return { ...node, children };
}

function lowerIndices(text: string): SvgNode[] {
  return text.split(ES_NO).flatMap((after, index): SvgNode[] => {
    if (index === 0) return after === "" ? [] : [after];
    return ["E", lowered("s"), raised("/N"), lowered("0"), raised(after === "" ? "\u200b" : after)];
  });
}

function lowered(text: string): SvgElement {
  return svgElement("tspan", { "font-size": `${SUBSCRIPT_EM}em`, dy: `${DROP_EM / SUBSCRIPT_EM}em` }, [text]);
}

function raised(text: string): SvgElement {
  return svgElement("tspan", { dy: `${-DROP_EM}em` }, [text]);
}

/** Markup that is safe to write into a page as it is. */
export class Html {
  readonly markup: string;

  /** @param markup - HTML made by this folder, never text that came from outside */
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a hole of the `html` template; `undefined` writes nothing. */
type HtmlValue = string | number | Html | undefined | readonly HtmlValue[];

/** Tagged template that escapes every hole unless it already is `Html`; lists are joined. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const pieces = strings.map(
    (literal, index) => literal + (index < values.length ? markupOf(values[index]) : ""),
  );
  return new Html(pieces.join(""));
}

function markupOf(value: HtmlValue): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "string" || typeof value === "number") return escapeXml(String(value));
  return value.map(markupOf).join("");
}

/** A whole page in the report's style that needs nothing else: no script, no font, no network. */
export function htmlDocument(title: string, body: Html): string {
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
      <title>${title}</title>
      <style>
        ${new Html(stylesheet)}
      </style>
    </head>
    <body>
      ${body}
    </body>
  </html> `;
  return `<!doctype html>\n${page.markup}\n`;
}
