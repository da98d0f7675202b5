import { openSqliteRegistry } from '../../../registry/sqlite-registry.ts';
import { readHomeId } from '../../paths.ts';
import { readRunState } from '../../run-state.ts';
import { connectTemporal } from '../../temporal-connection.ts';
import { openLedger } from '../../trading/open-ledger.ts';
import type { Mailbox } from '../mailbox.ts';
import type { NotifierRequest } from '../run-notifier.ts';
import { lazyWatch } from './lazy-watch.ts';
import { watchOutbox } from './outbox.ts';
import { watchProcesses } from './processes.ts';
import { watchRegistry } from './registry.ts';
import { watchStaleSeries } from './stale-series.ts';
import { watchTrainings } from './trainings.ts';
import type { Watch } from './watch.ts';

const DAY_MS = 86_400_000;
const KEPT_MS = 30 * DAY_MS;

/** Everything that is looked at, a line each; what one of them looks at may be broken without harm to the others. */
export function createWatches(request: NotifierRequest, mailbox: Mailbox): Watch[] {
  const { home, now, loaded } = request;
  return [
    ledgerWatch(request, mailbox),
    registryWatch(request, mailbox),
    trainingsWatch(request, mailbox),
    watchProcesses(() => readRunState(home), mailbox, now),
    // Where nothing is collected, the stores of candles (and their memory) are not needed.
    ...(loaded.config.collection.series.length > 0 ? [seriesWatch(request, mailbox)] : []),
    { name: 'old notifications', everyMs: DAY_MS, look: () => mailbox.prune(now() - KEPT_MS) },
  ];
}

function ledgerWatch({ home, log, now }: NotifierRequest, mailbox: Mailbox): Watch {
  return lazyWatch({
    name: 'ledger',
    everyMs: 500,
    async open() {
      const ledger = await openLedger(home, now);
      const { id, outbox } = ledger;
      const { look } = watchOutbox({ source: `ledger ${id}`, outbox, mailbox, log, now });
      return { look, close: () => ledger.close() };
    },
  });
}

function registryWatch({ home, now }: NotifierRequest, mailbox: Mailbox): Watch {
  return lazyWatch({
    name: 'registry',
    everyMs: 2_000,
    async open() {
      const registry = await openSqliteRegistry(home.registryDatabase, { now });
      const { look } = watchRegistry(registry, mailbox);
      return { look, close: () => registry.close() };
    },
  });
}

function trainingsWatch({ home, environment, loaded, now }: NotifierRequest, mailbox: Mailbox): Watch {
  return lazyWatch({
    name: 'trainings',
    everyMs: 10_000,
    async open() {
      const temporal = await connectTemporal(home, environment, loaded.config);
      const homeId = await readHomeId(home);
      const { look } = watchTrainings({ client: temporal.client, homeId, mailbox, now });
      return { look, close: () => temporal.close() };
    },
  });
}

function seriesWatch({ home, loaded, now }: NotifierRequest, mailbox: Mailbox): Watch {
  const { collection } = loaded.config;
  return lazyWatch({
    name: 'stale series',
    everyMs: 30_000,
    async open() {
      const [{ createCandleStore }, { createFeatureStore }, { readSeriesStatus }] = await Promise.all([
        import('../../../candles/store.ts'),
        import('../../../features/store/feature-store.ts'),
        import('../../series-status.ts'),
      ]);
      const candles = createCandleStore(home.root, { now });
      const features = createFeatureStore(home.root);
      const read = () => readSeriesStatus(candles, features, loaded.config, now());
      const patienceMs = 2 * collection.everyMinutes * 60_000;
      const { look } = watchStaleSeries({ read, mailbox, now, patienceMs });
      return {
        look,
        async close() {
          await features.close();
          await candles.close();
        },
      };
    },
  });
}
