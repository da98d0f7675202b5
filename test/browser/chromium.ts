import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const found = PATHS.find(path => existsSync(path));

/** Pass as a test's `skip` option. */
export const withoutChromium = found === undefined ? 'needs Chromium' : false;

export interface View {
  readonly width: number;
  readonly theme: 'light' | 'dark';
}

/** A page as a reader sees it. */
export interface OpenPage {
  /** The value of an expression in the page; must be JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** PNG of the whole page. */
  screenshot(): Promise<Buffer>;
  /** What the page complained of, and what it asked of the network, so far. */
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

/** A headless Chromium over its DevTools protocol; closed after the test. */
export class Chromium {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve(result: object): void; reject(error: Error): void }>();
  readonly #listeners: ((message: ProtocolEvent) => void)[] = [];
  #lastId = 0;

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(String(data))));
  }

  static async launch(t: TestContext): Promise<Chromium> {
    const profile = await mkdtemp(join(tmpdir(), 'alphaloom-chromium-'));
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
    ];
    const process = spawn(
      found!,
      [...flags, `--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank'],
      { stdio: 'ignore' },
    );
    const socket = new WebSocket(await debuggerUrl(process, profile));
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error('Chromium takes no connection.')));
    });
    const chromium = new Chromium(process, profile, socket);
    t.after(() => chromium.#close());
    return chromium;
  }

  /** Opens a file in a view; a page that is narrow is touched as a phone's. */
  async open(path: string, { width, theme }: View): Promise<OpenPage> {
    const complaints: string[] = [];
    const requests: string[] = [];
    const { targetId } = await this.#send<{ targetId: string }>('Target.createTarget', {
      url: 'about:blank',
    });
    const { sessionId } = await this.#send<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    });
    const send = <T>(method: string, parameters: object = {}) => this.#send<T>(method, parameters, sessionId);
    let loaded = () => {};
    const whenLoaded = new Promise<void>(resolve => {
      loaded = resolve;
    });
    this.#listeners.push(event => {
      if (event.sessionId !== sessionId) return;
      if (event.method === 'Page.loadEventFired') loaded();
      if (event.method === 'Network.requestWillBeSent') requests.push(event.params.request!.url);
      if (event.method in COMPLAINTS) {
        const complaint = COMPLAINTS[event.method as keyof typeof COMPLAINTS](event.params);
        if (complaint !== null) complaints.push(complaint);
      }
    });
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);
    await send('Emulation.setDeviceMetricsOverride', {
      width,
      height: 900,
      deviceScaleFactor: 1,
      mobile: width < 600,
    });
    await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: theme }] });
    await send('Page.navigate', { url: pathToFileURL(path).href });
    await whenLoaded;
    return {
      complaints,
      requests,
      evaluate: async <T>(expression: string) => {
        const { result, exceptionDetails } = await send<Evaluated<T>>('Runtime.evaluate', {
          expression,
          returnByValue: true,
          awaitPromise: true,
        });
        if (exceptionDetails)
          throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
      },
      screenshot: async () => {
        const { data } = await send<{ data: string }>('Page.captureScreenshot', {
          captureBeyondViewport: true,
        });
        return Buffer.from(data, 'base64');
      },
    };
  }

  #send<T>(method: string, params: object, sessionId?: string): Promise<T> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: result => resolve(result as T), reject });
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }

  #receive(message: ProtocolAnswer | ProtocolEvent): void {
    if ('method' in message) {
      for (const listener of this.#listeners) listener(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error) waiting?.reject(new Error(message.error.message));
    else waiting?.resolve(message.result ?? {});
  }

  async #close(): Promise<void> {
    const ended = new Promise(resolve => this.#process.once('exit', resolve));
    this.#socket.close();
    this.#process.kill();
    await ended;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface ProtocolAnswer {
  readonly id: number;
  readonly result?: object;
  readonly error?: { readonly message: string };
}

interface ProtocolEvent {
  readonly method: string;
  readonly sessionId?: string;
  readonly params: {
    readonly request?: { readonly url: string };
    readonly entry?: { readonly level: string; readonly text: string };
    readonly type?: string;
    readonly args?: readonly { readonly value?: unknown }[];
    readonly exceptionDetails?: { readonly text: string };
  };
}

interface Evaluated<T> {
  readonly result: { readonly value: T };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

/** Events that tell of an error, as text; null where they tell of something else. */
const COMPLAINTS = {
  'Log.entryAdded': ({ entry }: ProtocolEvent['params']) => (entry?.level === 'error' ? entry.text : null),
  'Runtime.exceptionThrown': ({ exceptionDetails }: ProtocolEvent['params']) =>
    exceptionDetails?.text ?? 'an exception',
  'Runtime.consoleAPICalled': ({ type, args }: ProtocolEvent['params']) =>
    type === 'error' || type === 'warning' ? String(args?.[0]?.value) : null,
} as const;

/** Chromium writes where it listens into its profile. */
async function debuggerUrl(process: ChildProcess, profile: string): Promise<string> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (process.exitCode !== null) throw new Error(`Chromium ended with ${process.exitCode}.`);
    const written = await readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '');
    const [port, path] = written.split('\n');
    if (path) return `ws://127.0.0.1:${port}${path}`;
    await sleep(100);
  }
  process.kill();
  throw new Error('Chromium did not start within 30 s.');
}
