import {
  ApplicationFailure,
  condition,
  currentUpdateInfo,
  defineSignal,
  defineUpdate,
  setHandler,
  uuid4,
} from '@temporalio/workflow';
import type { LiveTradingInput } from '../contracts/live-trading.ts';
import {
  TRADING_MESSAGE_NAMES,
  TRADING_MESSAGES,
  type TradingAnswer,
  type TradingMessageName,
  type TradingOperation,
} from '../contracts/messages.ts';
import { describeFailure } from './failure.ts';
import { desk } from './trading-steps.ts';

/** Messages on their way into the ledger. */
export interface Inbox {
  /** Waits until that time (epoch ms). @returns false as soon as a message has changed something */
  isQuietUntil(time: number): Promise<boolean>;
  /** The account is flat. */
  flattened(): void;
}

/** Each message is a signal and an update; an activity writes it into the ledger, then the account plans anew. */
export function takeTradingMessages(input: LiveTradingInput): Inbox {
  let changes = 0;
  let flattenings = 0;
  const apply = async (operation: TradingOperation): Promise<TradingAnswer> => {
    try {
      return await desk('message', operation.message).applyMessage({ ...input, operation });
    } finally {
      changes++;
    }
  };
  const carryOut = async (operation: TradingOperation): Promise<TradingAnswer> => {
    if (operation.message !== 'stop' || operation.payload.positions !== 'flatten')
      return await apply(operation);
    const before = flattenings;
    await apply({
      ...operation,
      message: 'flatten',
      operationId: `${operation.operationId}/flatten`,
      payload: {},
    });
    await condition(() => flattenings > before);
    return await apply({ ...operation, payload: { ...operation.payload, positions: 'refuse' } });
  };
  for (const message of TRADING_MESSAGE_NAMES) takeMessage(message, input, carryOut);
  let seen = 0;
  return {
    async isQuietUntil(time) {
      if (changes === seen && time > Date.now()) await condition(() => changes !== seen, time - Date.now());
      const isQuiet = changes === seen;
      seen = changes;
      return isQuiet;
    },
    flattened() {
      flattenings++;
    },
  };
}

function takeMessage(
  message: TradingMessageName,
  input: LiveTradingInput,
  carryOut: (operation: TradingOperation) => Promise<TradingAnswer>,
): void {
  const { schema, summary } = TRADING_MESSAGES[message];
  const read = (payload: unknown) => schema.safeParse(payload ?? {});
  const operationOf = (payload: object, operationId: string, actor: string): TradingOperation => {
    const { operationId: given, actor: who, reason, ...rest } = payload as TradingPayload;
    return {
      message,
      account: input.account,
      operationId: given ?? operationId,
      actor: who ?? actor,
      ...(reason === undefined ? {} : { reason }),
      payload: rest,
    };
  };

  setHandler(
    defineSignal<[payload: unknown]>(message),
    async payload => {
      const { success, data, error } = read(payload);
      const operation = operationOf(data ?? {}, uuid4(), 'signal');
      const trace = async (reason: string) =>
        await desk('message', `${message} was refused`).recordRefusal({ ...input, operation, reason });
      if (!success) return void (await trace(error.issues[0].message));
      try {
        await carryOut(operation);
      } catch (failure) {
        await trace(describeFailure(failure).message);
      }
    },
    { description: summary },
  );
  setHandler(
    defineUpdate<TradingAnswer, [payload: unknown]>(message),
    async payload =>
      await carryOut(operationOf(schema.parse(payload ?? {}), currentUpdateInfo()?.id ?? uuid4(), 'update')),
    {
      description: summary,
      validator: payload => {
        const { success, error } = read(payload);
        if (success) return;
        const [issue] = error.issues;
        throw ApplicationFailure.nonRetryable(
          `${message}: ${issue.path.join('.')} ${issue.message}`,
          'USAGE',
        );
      },
    },
  );
}

interface TradingPayload {
  readonly operationId?: string;
  readonly actor?: string;
  readonly reason?: string;
}
