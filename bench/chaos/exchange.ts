import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKOUT } from '../../host/paths.ts';
import type { Inspection } from '../../venues/loopback/inspection.ts';

export interface ExchangeSettings {
  /** With `book.jsonl` and `<SYMBOL>.csv` of each symbol. */
  readonly folder: string;
  readonly symbols: readonly string[];
  readonly port: number;
  readonly history: number;
  readonly faults: readonly string[];
  readonly seed: number;
  readonly queryLagMs: number;
  /** `USDT=10000,BTC=1`. */
  readonly balance: string;
  readonly keys: { readonly apiKey: string; readonly apiSecret: string };
  readonly environment: NodeJS.ProcessEnv;
}

const START_MS = 120_000;
const POLL_MS = 100;
const ANSWER_MS = 10_000;

/** The exchange as a process of its own, which comes back with its book. */
export class ExchangeProcess {
  readonly address: string;
  readonly #settings: ExchangeSettings;
  #child: ChildProcess | null = null;
  #starts = 0;

  constructor(settings: ExchangeSettings) {
    this.#settings = settings;
    this.address = `http://127.0.0.1:${settings.port}`;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const { folder, symbols, port, history, faults, seed, queryLagMs, balance, keys, environment } =
      this.#settings;
    const log = openSync(join(folder, 'exchange.log'), 'a');
    const words = [
      ...['dev', 'exchange', '--json', '--symbols', symbols.join(), '--timeframe', '1s'],
      ...['--from', ...symbols.map(symbol => join(folder, `${symbol}.csv`))],
      ...['--history', `${history}`, '--port', `${port}`, '--journal', join(folder, 'book.jsonl')],
      ...['--balance', balance, '--query-lag-ms', `${queryLagMs}`],
      ...['--api-key', keys.apiKey, '--secret', keys.apiSecret],
      // Each start draws its own faults.
      ...['--seed', `${(seed + this.#starts++) % 2 ** 32}`, ...faults.flatMap(fault => ['--fault', fault])],
    ];
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(CHECKOUT, 'cli/main.ts'), ...words],
      { env: { ...environment, ALPHALOOM_HOME: folder }, cwd: folder, stdio: ['ignore', log, log] },
    );
    this.#child = child;
    const deadline = Date.now() + START_MS;
    while (!(await this.#answers())) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline)
        throw new Error(`The exchange did not start; its log is ${join(folder, 'exchange.log')}.`);
      await sleep(POLL_MS);
    }
  }

  /** Of its first bar, epoch ms, as its journal has it. */
  firstOpenTime(): number {
    const [header] = readFileSync(join(this.#settings.folder, 'book.jsonl'), 'utf8').split('\n', 1);
    return (JSON.parse(header) as { firstOpenTime: number }).firstOpenTime;
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** Ends it at once; it may be started again. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async book(): Promise<Inspection> {
    return (await this.#ask('GET', 'book')) as Inspection;
  }

  async forgetFaults(): Promise<void> {
    await this.#ask('DELETE', 'faults');
  }

  /** What `POST /loopback/control` takes: keys, statuses of markets, skew, deposits. */
  async control(told: object): Promise<void> {
    await this.#ask('POST', 'control', told);
  }

  async #ask(method: string, path: string, told?: object): Promise<unknown> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const body = told === undefined ? null : JSON.stringify(told);
    const response = await fetch(`${this.address}/loopback/${path}`, { method, signal, body });
    if (!response.ok) throw new Error(`${method} /loopback/${path}: ${response.status}`);
    return await response.json();
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#ask('GET', 'duplicates');
      return true;
    } catch {
      return false;
    }
  }
}

/** A port that nobody listens at now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
