/** `NAME=value`, also exported; a quoted value may span lines. */
const ASSIGNMENT =
  /[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.-]*[ \t]*=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`)?[^\n]*(?:\n|$)/y;
const BLANK_OR_COMMENT = /[ \t]*(?:#[^\n]*)?\r?(?:\n|$)/y;
const LINE = /[^\n]*(?:\n|$)/y;

/** Numbers (from 1) of the lines of a `.env` that Node's reader passes over in silence: neither assignment nor comment. */
export function strayLines(text: string): number[] {
  const stray: number[] = [];
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const known = matchAt(BLANK_OR_COMMENT, text, at) || matchAt(ASSIGNMENT, text, at);
    const part = known || matchAt(LINE, text, at);
    if (!known) stray.push(line);
    line += part.split('\n').length - 1;
    at += part.length;
  }
  return stray;
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
