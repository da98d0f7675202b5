import type { LabelSpec } from '../../contracts/labels.ts';
import type { Policy } from '../../contracts/policy.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import {
  type BacktestRooms,
  type MarketRequest,
  type OpenedMarket,
  openMarket,
  type SignalledMarket,
  signalMarket,
} from './opened-market.ts';
import type { PlayedRange } from './range.ts';

/**
 * Opens the champion of the timeframe that a policy wants confirmation by; null: it wants none.
 * @throws AlphaloomError as `openMarket`, CHAMPION_NONE where nobody serves that timeframe
 */
export async function openConfirming(
  rooms: BacktestRooms,
  { series }: MarketRequest,
  {
    policy,
    defaultRecipe,
  }: { readonly policy: Policy; readonly defaultRecipe: { readonly labels: LabelSpec } },
): Promise<OpenedMarket | null> {
  if (policy.confirmation === undefined) return null;
  const { timeframe } = policy.confirmation;
  const request = {
    series: { ...series, timeframe },
    model: { kind: 'champion' },
    funding: null,
  } as const;
  return await openMarket(rooms, request, defaultRecipe.labels);
}

/** Asks it at every bar that may confirm an entry of the range: also at the last ones that closed before it. */
export async function confirm(
  rooms: Pick<BacktestRooms, 'candles'>,
  market: OpenedMarket,
  range: PlayedRange,
  ignoreAge: boolean,
): Promise<NonNullable<SignalledMarket['confirming']>> {
  const barMs = confirmingBarMs(market);
  const asked = { ...range, fromTime: range.fromTime - 2 * barMs };
  const signalled = await signalMarket(rooms, market, asked, ignoreAge);
  const { bars, signals } = signalled;
  return {
    ...signalled,
    confirmation: {
      closeTime: bars.openTime.map(openTime => openTime + barMs),
      direction: signals.direction,
    },
  };
}

/** Open time of the last bar of a shorter timeframe that lies within what its model has seen. */
export function seenThrough(market: OpenedMarket, barMs: number): number {
  return market.model!.trainedThroughTime + confirmingBarMs(market) - barMs;
}

function confirmingBarMs({ request }: OpenedMarket): number {
  return TIMEFRAME_MS[request.series.timeframe];
}
