/**
 * Runs a formula and tells which of the clock and the dice it used. That it did shows in no value for certain: a clock
 * stands still for a millisecond, an hour lasts longer than any audit. So for the time of this synchronous call the
 * global functions are wrapped.
 */
export function watchImpurity<T>(work: () => T): { readonly result: T; readonly used: readonly string[] } {
  const used = new Set<string>();
  const { Date: date, Math: math, performance: clock } = globalThis;
  const original = { random: math.random, now: clock.now };
  globalThis.Date = new Proxy(date, {
    construct(target, given, newTarget) {
      if (given.length === 0) used.add('the clock (new Date())');
      return Reflect.construct(target, given, newTarget);
    },
    apply(target, self, given) {
      used.add('the clock (Date())');
      return Reflect.apply(target, self, given);
    },
    get(target, property) {
      if (property === 'now') used.add('the clock (Date.now)');
      return Reflect.get(target, property);
    },
  });
  math.random = () => {
    used.add('chance (Math.random)');
    return original.random.call(math);
  };
  clock.now = () => {
    used.add('the clock (performance.now)');
    return original.now.call(clock);
  };
  try {
    return { result: work(), used: [...used] };
  } finally {
    globalThis.Date = date;
    math.random = original.random;
    clock.now = original.now;
  }
}
