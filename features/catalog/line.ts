import type { FeatureDefinition } from '../definition.ts';

/** A line of a family's file; the family is the file's. */
export type CatalogLine = Omit<FeatureDefinition, 'family' | 'contentHash'>;
