import type { Watch } from './watch.ts';

/** A watch that first has to open what it looks at. */
interface LazyWatchParts {
  readonly name: string;
  readonly everyMs: number;
  open(): Promise<{ look(): Promise<void>; close(): void | Promise<void> }>;
}

/** Opens at the first look, and again after one that failed: what is not there yet, or gone for a while, ends nothing. */
export function lazyWatch({ name, everyMs, open }: LazyWatchParts): Watch & { close(): Promise<void> } {
  let opened: Awaited<ReturnType<LazyWatchParts['open']>> | null = null;
  const close = async () => {
    const before = opened;
    opened = null;
    await before?.close();
  };
  return {
    name,
    everyMs,
    async look() {
      opened ??= await open();
      try {
        await opened.look();
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
}
