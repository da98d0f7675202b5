/** Text that is HTML already. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in a template: text is escaped, null is nothing. */
export type Content = string | number | Markup | null | readonly Content[];

/** A template of HTML whose values can't break out of their place. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return {
    markup: strings.reduce((whole, part, at) => `${whole}${written(values[at - 1] ?? null)}${part}`),
  };
}

/** Text within an element or an attribute, of HTML and of XML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character]!).replace(CONTROL, '\ufffd');
}

/** What XML 1.0 has no characters for is replaced. */
export function withoutControls(text: string): string {
  return text.replace(CONTROL, '\ufffd');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function written(content: Content): string {
  if (content === null) return '';
  if (typeof content === 'string') return escaped(content);
  if (typeof content === 'number') return String(content);
  return 'markup' in content ? content.markup : content.map(written).join('');
}
