import { LIKELIEST } from '../../../contracts/decision.ts';
import type { Evidence } from '../../../contracts/evidence.ts';
import { percent } from '../../../contracts/wording.ts';
import { calibrationSentence, decisionSentence } from '../../decision-words.ts';
import { type CardMeta, type CardSection, numberTable, paragraph } from '../document.ts';
import { confusionMatrix } from '../figures/confusion-matrix.ts';
import { reliabilityPlot } from '../figures/reliability-plot.ts';

/** How answers become decisions, whether their probabilities can be believed, and which class was taken for which. */
export function decisionSection({ task }: CardMeta, evidence: Evidence): CardSection {
  const { metrics, reliability } = evidence;
  const rows = metrics.perClass.map((row, k) => [
    `is ${row.class}`,
    ...metrics.confusion[k]!.map(String),
    percent(row.recall),
    percent(row.precision),
  ]);
  const titles = ['', ...metrics.perClass.map(row => `said ${row.class}`), 'recall', 'precision'];
  return {
    title: 'Decisions',
    blocks: [
      paragraph(decisionSentence(task, evidence.decision ?? LIKELIEST), calibrationSentence(evidence)),
      {
        kind: 'figures',
        draw: () => [...(reliability ? [reliabilityPlot(reliability)] : []), confusionMatrix(metrics)],
      },
      numberTable('Confusion', titles, rows),
    ],
  };
}
