/** Codes of `Paint`: the only ones that may reach a terminal. */
const PAINTS = '(?:1|2|22|3[1-9])';
/** Controls but the end of a line, and what turns the direction of writing round. */
const CONTROLS = new RegExp(
  `\\u001b\\[${PAINTS}m|(?!\\n)\\p{Cc}|[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]`,
  'gu',
);
const PAINT = new RegExp(`^\\u001b\\[${PAINTS}m$`, 'u');

/**
 * Text as a terminal may have it: what came from outside (a language model, a venue, a file, an operator) must not move the
 * cursor, hide words or set the title. Colours of ours stay, lines stay lines, anything else that controls becomes a space.
 */
export function terminalText(text: string): string {
  return text.replace(CONTROLS, found => (PAINT.test(found) ? found : ' '));
}

/** JSON leaves the controls from 7f on as they are; a terminal obeys some of them. */
export function terminalJson(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The shortest decimal of so many digits, never with an exponent. */
export function plainNumber(value: number, maximumSignificantDigits: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits, useGrouping: false });
}
