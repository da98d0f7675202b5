const BLANK = /\s/;

/**
 * Parses the JSON that freqtrade takes: with comments (of both kinds of JavaScript) and trailing commas. One pass.
 * @throws SyntaxError
 */
export function parseConfigText(text: string): unknown {
  const plain: string[] = [];
  /** Where among `plain` a comma stands that followed a value, while nothing but blanks and comments came after it. */
  let comma = -1;
  let before = '[';
  for (let at = 0; at < text.length; ) {
    const end = partEnd(text, at);
    const part = text.slice(at, end);
    at = end;
    if (part.startsWith('//') || part.startsWith('/*')) continue;
    if ((part === ']' || part === '}') && comma >= 0) plain[comma] = '';
    if (!BLANK.test(part[0])) {
      comma = part === ',' && !'[{,'.includes(before) ? plain.length : -1;
      before = part;
    }
    plain.push(part);
  }
  return JSON.parse(plain.join(''));
}

/** The end of the text, comment or single character that begins at a place. */
function partEnd(text: string, from: number): number {
  if (text[from] === '"') return textEnd(text, from);
  if (text.startsWith('//', from)) return after(text, '\n', from + 2) - 1;
  if (text.startsWith('/*', from)) return after(text, '*/', from + 2);
  return from + 1;
}

function textEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length + (mark === '\n' ? 1 : 0) : found + mark.length;
}
