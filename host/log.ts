import { type Logger, pino } from 'pino';
import type { Config } from '../contracts/config.ts';

export type Log = Logger;

/** Names of fields whose values are never written, at the top and one level down. */
const SECRET_FIELDS = [
  'apiKey',
  'api_key',
  'secret',
  'password',
  'passphrase',
  'token',
  'authorization',
  'privateKey',
];

/** A log of JSON lines with ISO times; secrets read `[hidden]`. */
export function createLog(
  level: Config['log']['level'],
  stream: { write(line: string): void },
  bindings: Record<string, unknown> = {},
): Logger {
  return pino(
    {
      level,
      base: bindings,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap(name => [name, `*.${name}`]), censor: '[hidden]' },
    },
    stream,
  );
}
