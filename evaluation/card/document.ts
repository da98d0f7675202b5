import type { PackageMeta } from '../../contracts/package.ts';
import type { Markup } from '../plots/markup.ts';
import type { KeyFigure } from '../plots/parts.ts';

/** What a card tells of the package itself. */
export type CardMeta = Omit<PackageMeta, 'artifacts' | 'model'>;

/** A form of the model that was tried for serving. */
export interface CardVariant {
  readonly variant: string;
  readonly chosen: boolean;
  readonly reason: string;
  /** Null where it could not be made. */
  readonly measures: {
    readonly bytes: number;
    /** Share of validation rows on which it decides as the float model. */
    readonly agreement: number;
    readonly maxProbabilityDifference: number;
  } | null;
}

/**
 * How a column's cells stand: text may break, `kept` text does not, prose is sentences, numbers stand to the right, an outcome
 * is one of a gate's rule, a bar is drawn in text, where there are no figures.
 */
export interface CardColumn {
  readonly title: string;
  readonly kind: 'text' | 'kept' | 'prose' | 'right' | 'outcome' | 'bar';
}

/** A part of a section; texts are plain, whatever characters they hold. */
export type CardBlock =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly label: string;
      readonly columns: readonly CardColumn[];
      readonly rows: readonly (readonly string[])[];
    }
  /** For pages alone; they are drawn when a page is made. Two stand side by side where there is room. */
  | { readonly kind: 'figures'; readonly draw: () => readonly Markup[] };

export interface CardSection {
  readonly title: string;
  readonly blocks: readonly CardBlock[];
}

/** A card's content, once for every form in which it is read. */
export interface CardDocument {
  readonly title: string;
  /** What the model is. */
  readonly about: string;
  /** What the gate found: a short statement, and why. */
  readonly verdict: { readonly isGood: boolean; readonly statement: string; readonly why: string };
  /** Why its evidence says less than it seems to. */
  readonly cautions: readonly string[];
  /** The recipe's own words, or null. */
  readonly description: string | null;
  /** For pages alone: the tables hold them too. */
  readonly keyFigures: readonly KeyFigure[];
  readonly sections: readonly CardSection[];
}

export function paragraph(...sentences: readonly (string | null)[]): CardBlock {
  return { kind: 'paragraph', text: sentences.filter(sentence => sentence !== null).join(' ') };
}

/** A table whose first column names the rows and whose others are numbers. */
export function numberTable(
  label: string,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): CardBlock {
  const columns = titles.map((title, at): CardColumn => ({ title, kind: at === 0 ? 'text' : 'right' }));
  return { kind: 'table', label, columns, rows };
}
