/** Exit codes a shell expects of a process ended by a signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof EXIT_CODES;

interface SignalSource {
  on(signal: Signal, listener: () => void): unknown;
  exit(code: number): never;
}

/**
 * Turns SIGINT and SIGTERM into an AbortSignal for commands that ask for one; for the others, and at the second signal,
 * the process ends at once.
 */
export function createInterruption(source: SignalSource): { signal(): AbortSignal } {
  const controller = new AbortController();
  let isWanted = false;
  for (const name of Object.keys(EXIT_CODES) as Signal[]) {
    source.on(name, () => {
      if (!isWanted || controller.signal.aborted) source.exit(EXIT_CODES[name]);
      controller.abort(name);
    });
  }
  return {
    signal() {
      isWanted = true;
      return controller.signal;
    },
  };
}
