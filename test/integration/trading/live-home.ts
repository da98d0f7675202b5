import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Commands } from '../../../bench/chaos/command.ts';
import { ExchangeProcess, freePort } from '../../../bench/chaos/exchange.ts';
import { CHAOS_POLICY } from '../../../bench/chaos/policy.ts';
import {
  BALANCE,
  copyTemplate,
  exchangeFolder,
  HISTORY_BARS,
  KEYS,
  SYMBOLS,
  writeSettings,
} from '../../../bench/chaos/template.ts';
import { homeAt } from '../../../host/paths.ts';
import { openLedger } from '../../../host/trading/open-ledger.ts';
import type { Ledger } from '../../../trading/ledger/ledger.ts';
import { temporaryHome } from '../../support/temporary-home.ts';

export { KEYS };

/** A home whose champions are tradable, with a live account at an exchange on this machine, all as processes of their own. */
export interface LiveHome {
  readonly root: string;
  readonly commands: Commands;
  readonly exchange: ExchangeProcess;
  /** For reading. */
  readonly ledger: Ledger;
}

interface LiveSettings {
  readonly accounts: Readonly<Record<string, object>>;
  readonly balance?: string;
  /** Of the exchange’s account. */
  readonly keys?: typeof KEYS;
  /** What else stands in alphaloom.yaml. */
  readonly more?: object;
  readonly environment?: NodeJS.ProcessEnv;
}

export async function startLiveHome(
  t: TestContext,
  { accounts, balance = BALANCE, keys = KEYS, more = {}, environment = {} }: LiveSettings,
): Promise<LiveHome> {
  // Asked for before the home's folder, so that it goes when nobody writes there any more.
  const closers: (() => Promise<unknown>)[] = [];
  t.after(async () => {
    for (const close of closers.toReversed()) await close();
  });
  const root = await temporaryHome(t);
  const temporal = process.env.ALPHALOOM_TEST_TEMPORAL;
  const commands = new Commands(root, {
    ...process.env,
    ...(temporal ? { ALPHALOOM_TEMPORAL: temporal } : {}),
    ALPHALOOM_LIVE: 'yes',
  });
  Object.assign(commands.environment, environment);
  await copyTemplate(root, commands.environment, () => {});
  const exchange = new ExchangeProcess({
    folder: exchangeFolder(root),
    symbols: SYMBOLS,
    port: await freePort(),
    history: HISTORY_BARS,
    faults: [],
    seed: 1,
    queryLagMs: 0,
    balance,
    keys,
    environment: commands.environment,
  });
  closers.push(
    () => exchange.end(),
    () => commands.ask('down', '--leave-positions'),
  );
  await writeSettings(root, exchange.address, { accounts, ...more });
  await mkdir(join(root, 'policies'), { recursive: true });
  await writeFile(join(root, 'policies/chaos.yaml'), JSON.stringify(CHAOS_POLICY));
  await exchange.start();
  const since = new Date(exchange.firstOpenTime()).toISOString();
  await commands.run('candles', 'fetch', '--symbol', SYMBOLS.join(), '--timeframe', '1s', '--since', since);
  await commands.run('up');
  const ledger = await openLedger(homeAt(root), Date.now);
  closers.push(async () => ledger.close());
  return { root, commands, exchange, ledger };
}

/** Words of `trade start` for a live account on 1s bars. */
export function startWords(account: string, symbols: readonly string[] = SYMBOLS): string[] {
  const traded = symbols.map(symbol => `${symbol}/1s`).join();
  return ['trade', 'start', account, '--symbols', traded, '--i-understand-the-risk'];
}
