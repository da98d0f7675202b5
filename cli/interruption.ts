/** Exit codes a shell expects of a process ended by a signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof EXIT_CODES;

interface SignalSource {
  on(signal: Signal, listener: () => void): unknown;
  exit(code: number): never;
}

/**
 * Turns SIGINT and SIGTERM into an AbortSignal for commands that ask for one; at the second signal the process ends at once.
 * Until one asks, nothing listens: the system then ends the process even where a strategy's endless loop would never let a
 * listener run.
 */
export function createInterruption(source: SignalSource): { signal(): AbortSignal } {
  const controller = new AbortController();
  let isListening = false;
  const listen = () => {
    isListening = true;
    for (const name of Object.keys(EXIT_CODES) as Signal[]) {
      source.on(name, () => {
        if (controller.signal.aborted) source.exit(EXIT_CODES[name]);
        controller.abort(name);
      });
    }
  };
  return {
    signal() {
      if (!isListening) listen();
      return controller.signal;
    },
  };
}
