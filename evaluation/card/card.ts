import type { Evidence } from '../../contracts/evidence.ts';
import type { CardDocument, CardMeta, CardVariant } from './document.ts';
import { afterCostsSection } from './sections/after-costs.ts';
import { dataSection } from './sections/data.ts';
import { decisionSection } from './sections/decisions.ts';
import { evidenceSection } from './sections/evidence.ts';
import { featureSection } from './sections/features.ts';
import { gateSection } from './sections/gate.ts';
import { limitSection } from './sections/limits.ts';
import { originSection } from './sections/origin.ts';
import { stabilitySection } from './sections/stability.ts';
import { cardSummary } from './sections/summary.ts';
import { variantSection } from './sections/variants.ts';

/**
 * What a model is, what it was shown, how it did, and where not to trust it: what `cardMarkdown` and `cardPage` write down.
 * A section whose evidence earlier versions did not have is left out.
 */
export function composeCard(
  meta: CardMeta,
  evidence: Evidence,
  variants: readonly CardVariant[],
): CardDocument {
  return {
    ...cardSummary(meta, evidence),
    sections: [
      evidenceSection(evidence),
      gateSection(evidence),
      decisionSection(meta, evidence),
      afterCostsSection(evidence),
      ...(evidence.stability ? [stabilitySection(evidence.stability)] : []),
      featureSection(meta.featureNames, evidence),
      dataSection(meta),
      ...(variants.length > 1 ? [variantSection(variants)] : []),
      limitSection(meta, evidence),
      originSection(meta, evidence),
    ],
  };
}
