import { BLOCKS } from '../../../contracts/dataset.ts';
import { decimals, joined, percent, utc } from '../../../contracts/wording.ts';
import { type CardMeta, type CardSection, numberTable, paragraph } from '../document.ts';
import { blockRanges, classBalance } from '../figures/data.ts';

export function dataSection({ dataset, classes }: CardMeta): CardSection {
  const blocks = BLOCKS.map(name => {
    const { rows, fromTime, toTime, classes } = dataset.blocks[name];
    const shares = classes.map(count => percent(count / rows));
    return [name, String(rows), utc(fromTime), utc(toTime), ...shares];
  });
  const filtered =
    dataset.filteredRows > 0 ? `${dataset.filteredRows} training rows left out as outliers, ` : '';
  return {
    title: 'Data',
    blocks: [
      paragraph(
        `${dataset.bars} bars from ${utc(dataset.firstTime)} to ${utc(dataset.lastTime)}; ${dataset.warmUpBars} warm-up bars left out, ${dataset.purgedRows} rows purged because their labels reach into the next block (the embargo of ${dataset.embargoBars} bars would drop training rows after an evaluated block; in this split none come after), ${filtered}${dataset.unlabelledRows} without a label.`,
        `A label took ${decimals(dataset.meanHoldingBars, 1)} bars to decide, on average.`,
        `Bars after ${utc(dataset.trainedThroughTime)} are unseen.`,
        overlapSentence(dataset),
        driftSentence(dataset),
      ),
      numberTable('Data by block', ['block', 'rows', 'from', 'to', ...classes], blocks),
      {
        kind: 'figures',
        draw: () => [
          ...(classes.length > 0 ? [classBalance(dataset.blocks, classes)] : []),
          blockRanges(dataset.blocks),
        ],
      },
    ],
  };
}

function overlapSentence({ averageUniqueness, blocks }: CardMeta['dataset']): string | null {
  if (averageUniqueness === undefined) return null;
  const { rows } = blocks.train;
  return `Labels overlap: ${rows} training rows say about as much as ${Math.round(rows * averageUniqueness)} that do not.`;
}

function driftSentence({ drifted }: CardMeta['dataset']): string | null {
  if (!drifted?.length) return null;
  const named = drifted.length > 5 ? [...drifted.slice(0, 5), `${drifted.length - 5} more`] : drifted;
  return `${joined(named)} changed in distribution between training and test (population stability index from 0.25).`;
}
