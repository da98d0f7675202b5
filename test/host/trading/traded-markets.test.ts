import assert from 'node:assert/strict';
import test from 'node:test';
import { AlphaloomError, type ErrorCode } from '../../../contracts/errors.ts';
import { requireListed } from '../../../host/trading/traded-markets.ts';

const ACCOUNT = { venue: 'binance', symbols: [{ symbol: 'BTCUSDT', timeframe: '1m' }] } as const;

/** A store with one series, and a venue that says so of everything it is asked about. */
function rooms(code: ErrorCode) {
  const asked: string[] = [];
  const series = { venue: 'binance', symbol: 'ETHUSDT', timeframe: '1m' };
  const market = async (symbol: string) => {
    asked.push(symbol);
    throw new AlphaloomError(code, 'said so');
  };
  const wiring = {
    candles: { list: async () => [{ series }] },
    venues: { client: async () => ({ market }) },
  };
  return { asked, wiring: wiring as never };
}

const wanted = (...symbols: string[]) => symbols.map(symbol => ({ symbol, timeframe: '4h' as const }));

test('a symbol that is new is asked about, and one that its venue does not list is refused', async () => {
  const { asked, wiring } = rooms('SYMBOL_UNKNOWN');
  await requireListed(wiring, ACCOUNT, wanted('BTCUSDT', 'ETHUSDT'));
  assert.deepEqual(asked, [], 'what is traded or stored needs nobody’s word');
  await assert.rejects(requireListed(wiring, ACCOUNT, wanted('BTCUSDT', 'ETHUSTD')), {
    code: 'SYMBOL_UNKNOWN',
  });
  assert.deepEqual(asked, ['ETHUSTD']);
});

test('a venue that can’t be asked for now refuses no symbol', async () => {
  const { asked, wiring } = rooms('VENUE_UNREACHABLE');
  await requireListed(wiring, ACCOUNT, wanted('SOLUSDT'));
  assert.deepEqual(asked, ['SOLUSDT']);
});
