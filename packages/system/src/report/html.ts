// SPDX-License-Identifier: Apache-2.0
import { escapeXml } from "./svg-tree.ts";

/** Markup that is safe to write into a page as it is. */
export class Html {
  readonly markup: string;

  /** @param markup - HTML made by this folder, never text that came from outside */
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a hole of the `html` template; `undefined` writes nothing. */
export type HtmlValue = string | number | Html | undefined | readonly HtmlValue[];

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
