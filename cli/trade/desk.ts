import { AlphaloomError, type ErrorCode } from '../../contracts/errors.ts';
import type { TradingAnswer, TradingMessageName, TradingMessagePayload } from '../../contracts/messages.ts';
import type { TradedSymbol } from '../../contracts/trading.ts';
import type { OpenRooms } from '../../host/compose.ts';
import type { LoadedConfig } from '../../host/config.ts';
import { createLog } from '../../host/log.ts';
import { createOrchestrator, type TemporalOrchestrator } from '../../host/orchestrator.ts';
import { readHomeId } from '../../host/paths.ts';
import { readReady } from '../../host/run-state.ts';
import { outdatedParts } from '../../host/started-config.ts';
import {
  connectTemporal,
  externalTemporal,
  type TemporalConnection,
} from '../../host/temporal-connection.ts';
import { type AccountView, lastPricesOf, viewAccount } from '../../host/trading/account-view.ts';
import { describeValidation } from '../../host/trading/entry-validation.ts';
import {
  type StartAccountRequest,
  type StartedAccount,
  startAccount,
} from '../../host/trading/start-account.ts';
import { tellLedger } from '../../host/trading/tell-ledger.ts';
import { requireListed } from '../../host/trading/traded-markets.ts';
import { requireWorkers } from '../../host/worker-presence.ts';
import { workerName } from '../../host/worker-start.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import type { ShownWorkflow } from './status-text.ts';

type Payload<Name extends TradingMessageName> = TradingMessagePayload<Name> & {
  operationId: string;
  actor: string;
};

type Ledger = Awaited<ReturnType<OpenRooms['ledger']>>;

/** The home's accounts, with Temporal or without: the ledger is what holds. */
export interface TradingDesk {
  readonly ledger: Ledger;
  /** Whether entries need a language model’s approval, as a sentence. */
  readonly validation: string;
  view(account: string): Promise<AccountView>;
  workflow(account: string): Promise<ShownWorkflow>;
  start(request: StartAccountRequest): Promise<StartedAccount>;
  /** By the account's workflow; where none can take it, by the ledger itself, with a warning. */
  tell<Name extends TradingMessageName>(
    account: string,
    message: Name,
    payload: Payload<Name>,
  ): Promise<TradingAnswer>;
}

export async function withTradingDesk<T>(
  context: CliContext,
  work: (desk: TradingDesk, rooms: OpenRooms, loaded: LoadedConfig) => Promise<T>,
): Promise<T> {
  return await withRooms(context, async (rooms, loaded) => {
    const line = await openLine(context, loaded);
    try {
      return await work(createDesk(context, rooms, await rooms.ledger(), loaded, line), rooms, loaded);
    } finally {
      await line.temporal?.close();
    }
  });
}

/** The way to Temporal, or why there is none. */
type Line =
  | {
      readonly temporal: TemporalConnection;
      readonly homeId: string;
      readonly orchestrator: TemporalOrchestrator;
    }
  | { readonly temporal: null; readonly reason: AlphaloomError };

/** Errors that mean that no workflow can take a message. */
const NOBODY_THERE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'TEMPORAL_UNREACHABLE',
  'WORKER_MISSING',
  'ACCOUNT_STOPPED',
]);

async function openLine({ home, environment }: CliContext, { config }: LoadedConfig): Promise<Line> {
  try {
    const temporal = await connectTemporal(home, environment, config);
    const homeId = await readHomeId(home);
    return { temporal, homeId, orchestrator: createOrchestrator(temporal.client, homeId) };
  } catch (error) {
    if (isNobodyThere(error)) return { temporal: null, reason: error };
    throw error;
  }
}

function createDesk(
  context: CliContext,
  rooms: OpenRooms,
  ledger: Ledger,
  loaded: LoadedConfig,
  line: Line,
): TradingDesk {
  const { output, environment, now } = context;
  const askVenue = async (clientOrderId: string) => {
    const { askDirectly } = await import('../../host/trading/ask-directly.ts');
    const log = createLog(loaded.config.log.level, process.stderr);
    return await askDirectly({ rooms, loaded, environment, log }, clientOrderId);
  };
  const listed = (record: ReturnType<Ledger['account']>, symbols: readonly TradedSymbol[]) =>
    requireListed(rooms, record, symbols);
  return {
    ledger,
    validation: describeValidation(loaded),
    view: async account =>
      viewAccount(ledger, account, await lastPricesOf(rooms.candles, ledger.account(account))),

    async workflow(account) {
      if (line.temporal === null) return 'unreachable';
      try {
        return await line.orchestrator.tradingStatus(account);
      } catch (error) {
        if (error instanceof AlphaloomError && error.code === 'WORKER_MISSING') return 'silent';
        if (error instanceof AlphaloomError && error.code === 'TEMPORAL_UNREACHABLE') return 'unreachable';
        throw error;
      }
    },

    async start(request) {
      if (line.temporal === null) throw line.reason;
      await requireWorkers(line.temporal, line.homeId, ['trading']);
      const isEmbedded = !externalTemporal(environment, loaded.config);
      const workerSendsOrders = readReady(context.home, workerName('trading'))?.sendsOrders;
      const outdated = outdatedParts(context.home, loaded, request.account);
      const { orchestrator } = line;
      return await startAccount(
        { rooms, loaded, environment, orchestrator, isEmbedded, workerSendsOrders, outdated },
        request,
      );
    },

    async tell(account, message, payload) {
      try {
        if (line.temporal === null) throw line.reason;
        await requireWorkers(line.temporal, line.homeId, ['trading']);
        return await line.orchestrator.askTrading(account, message, payload);
      } catch (error) {
        if (!isNobodyThere(error)) throw error;
        const { operationId, actor, reason } = payload;
        const operation = { message, account, operationId, actor, reason, payload };
        const wiring = { ledger, loaded, now: now(), askVenue, requireListed: listed };
        const answer = await tellLedger(wiring, operation, error);
        // What changed nothing is not written either.
        if (answer.outcome !== 'unchanged')
          output.warn(`Written into the ledger, where it holds from the next close on: ${error.message}`);
        return answer;
      }
    },
  };
}

function isNobodyThere(error: unknown): error is AlphaloomError {
  return error instanceof AlphaloomError && NOBODY_THERE.has(error.code);
}
