import { InvalidArgumentError } from 'commander';
import { parseFault } from '../venues/loopback/fault-words.ts';
import type { ScriptedFault } from '../venues/loopback/faults.ts';
import { number } from './arguments.ts';

/** `BTCUSDT,ETHUSDT`. */
export function parseSymbols(text: string): string[] {
  const symbols = text.split(',').map(symbol => symbol.trim());
  if (symbols.includes('')) throw new InvalidArgumentError('Write symbols as BTCUSDT,ETHUSDT.');
  return [...new Set(symbols)];
}

/** `USDT=10000,BTC=1`: at most eight decimals. */
export function parseBalance(text: string): Record<string, string> {
  const pairs = text.split(',').map(part => /^([A-Z0-9]{1,20})=(\d{1,15}(?:\.\d{1,8})?)$/.exec(part.trim()));
  if (pairs.some(pair => pair === null)) throw new InvalidArgumentError('Write coins as USDT=10000,BTC=1.');
  return Object.fromEntries(pairs.map(pair => [pair![1], pair![2]]));
}

/** Of an option that may be repeated. */
export function collectFault(text: string, before: readonly ScriptedFault[] = []): ScriptedFault[] {
  return [...before, parseFault(text)];
}

/** A factor above 0. */
export function positive(text: string): number {
  const value = number(text);
  if (value > 0 && value <= 100_000) return value;
  throw new InvalidArgumentError('Expected a number above 0, at most 100000.');
}

/** From 0 to 1. */
export function share(text: string): number {
  const value = number(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 1.');
}
