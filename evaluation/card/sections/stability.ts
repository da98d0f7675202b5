import type { Slice, Stability } from '../../../contracts/stability.ts';
import { basisPoints, decimals, interval, percent } from '../../../contracts/wording.ts';
import { worstSliceSentence } from '../../stability/stability-words.ts';
import { type CardSection, numberTable, paragraph } from '../document.ts';
import { monthlyMcc } from '../figures/monthly-mcc.ts';

/** Months in the table: a long block has more than a person reads. */
const MONTHS = 12;

export function stabilitySection(stability: Stability): CardSection {
  const { months, regimes, regimeBounds } = stability;
  const bounds = regimeBounds
    ? `Regimes part bars by their volatility as a share of the price: calm up to ${basisPoints(regimeBounds[0])}, wild above ${basisPoints(regimeBounds[1])} (terciles of the training rows).`
    : null;
  const shown = [...regimes, ...months.slice(-MONTHS)];
  const left = months.length - Math.min(months.length, MONTHS);
  return {
    title: 'Stability',
    blocks: [
      paragraph(worstSliceSentence(stability), bounds),
      ...(months.length > 1 ? [{ kind: 'figures', draw: () => [monthlyMcc(stability)] } as const] : []),
      numberTable(
        'Metrics by slice',
        ['slice', 'rows', 'MCC', '95 % interval', 'directional AUC', 'accuracy', 'trades', 'net per trade'],
        shown.map(sliceRow),
      ),
      ...(left > 0 ? [paragraph(`${left} earlier months are in metrics.json.`)] : []),
    ],
  };
}

function sliceRow({
  name,
  rows,
  mcc,
  directionalAuc,
  accuracy,
  trades,
  meanNetReturn,
}: Slice): readonly string[] {
  return [
    name,
    String(rows),
    decimals(mcc.value),
    interval(mcc, decimals),
    decimals(directionalAuc),
    percent(accuracy),
    String(trades),
    basisPoints(meanNetReturn),
  ];
}
