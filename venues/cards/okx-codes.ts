import { z } from 'zod';
import type { RejectionCode } from '../../contracts/venue.ts';
import type { AnswerMeaning } from './card.ts';

/** `{code: "1", data: [{sCode: "51008"}]}`: the row's code says what the answer's does not. */
export function okxCodes(answer: unknown): readonly string[] {
  const shape = z.object({
    code: z.string(),
    data: z.array(z.object({ sCode: z.string().optional() })).catch([]),
  });
  const read = shape.safeParse(answer);
  if (!read.success) return [];
  const { code, data } = read.data;
  return [...data.map(({ sCode }) => sCode ?? '0'), code].filter(text => text !== '0');
}

/** https://www.okx.com/docs-v5/en/#error-code */
export const OKX_REJECTIONS: Readonly<Record<string, RejectionCode>> = {
  '50011': 'rate-limit',
  '50061': 'rate-limit',
  '50100': 'permission',
  '50101': 'permission',
  '50102': 'expired-request',
  '50103': 'permission',
  '50104': 'permission',
  '50105': 'permission',
  '50110': 'permission',
  '50111': 'permission',
  '50112': 'expired-request',
  '50113': 'permission',
  '50119': 'permission',
  '51000': 'other',
  '51001': 'symbol-closed',
  '51006': 'filter',
  '51008': 'insufficient-balance',
  '51016': 'duplicate-id',
  '51020': 'filter',
  '51021': 'symbol-closed',
  '51023': 'reduce-only',
  '51027': 'symbol-closed',
  '51028': 'symbol-closed',
  '51029': 'symbol-closed',
  '51065': 'duplicate-id',
  '51119': 'insufficient-balance',
  '51121': 'filter',
  '51131': 'insufficient-balance',
  '51136': 'filter',
  '51137': 'filter',
  '51138': 'filter',
  '51201': 'filter',
  '51202': 'filter',
  '51250': 'filter',
  '51277': 'would-trigger',
  '51278': 'would-trigger',
  '51279': 'would-trigger',
  '51280': 'would-trigger',
};

export const OKX_MEANINGS: Readonly<Record<string, AnswerMeaning>> = {
  '50001': 'maintenance',
  '50011': 'wait',
  '50061': 'wait',
  '50100': 'keys',
  '50101': 'keys',
  '50102': 'clock',
  '50103': 'keys',
  '50104': 'keys',
  '50105': 'keys',
  '50110': 'keys',
  '50111': 'keys',
  '50112': 'clock',
  '50113': 'keys',
  '50119': 'keys',
  '51001': 'symbol',
  '51400': 'gone',
  '51401': 'gone',
  '51402': 'gone',
  '51405': 'gone',
  '51410': 'gone',
  '51603': 'no-order',
};
