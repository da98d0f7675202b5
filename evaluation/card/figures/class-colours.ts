import { INK, MEANING } from '../../plots/theme.ts';

/** The colour of a class wherever it is drawn. */
export function classColour(name: string): string {
  return CLASS_COLOURS[name] ?? INK.purple;
}

const CLASS_COLOURS: Readonly<Record<string, string>> = {
  SHORT: MEANING.short,
  NO_TRADE: INK.muted,
  LONG: MEANING.long,
  REJECT: MEANING.short,
  APPROVE: MEANING.long,
};
