// SPDX-License-Identifier: Apache-2.0

const NARROW = new Set("iIjl.,:;'|!()[]tfr-· ");
const WIDE = new Set("mwMW%@");

/** Estimated width [px] of a text in Inter, within about a tenth and rather too wide. */
export function textWidth(text: string, fontSize: number): number {
  let em = 0;
  for (const character of text) {
    if (NARROW.has(character)) em += 0.34;
    else if (WIDE.has(character)) em += 0.92;
    else em += /[A-Z0-9−+=]/.test(character) ? 0.67 : 0.59;
  }
  return em * fontSize;
}

/** The text, cut to about `width` [px] with an ellipsis. */
export function fitText(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  let cut = Array.from(text);
  while (cut.length > 1 && textWidth(`${cut.join("")}…`, fontSize) > width) cut = cut.slice(0, -1);
  return `${cut.join("").trimEnd()}…`;
}

/** The text in lines of about `width` [px], broken between words but not before a unit; a word that is wider is cut. */
export function wrapText(text: string, width: number, fontSize: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/ (?!dB|%)/)) {
    const line = [...lines.slice(-1), word].join(" ");
    if (lines.length > 0 && textWidth(line, fontSize) <= width) lines[lines.length - 1] = line;
    else lines.push(fitText(word, width, fontSize));
  }
  return lines;
}
