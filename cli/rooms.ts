import { composeRooms, type OpenRooms } from '../host/compose.ts';
import type { LoadedConfig } from '../host/config.ts';
import { createOrchestrator, type TemporalOrchestrator } from '../host/orchestrator.ts';
import { readHomeId } from '../host/paths.ts';
import { connectTemporal, type TemporalConnection } from '../host/temporal-connection.ts';
import type { CliContext } from './context.ts';

/** Opens the home's rooms for a command that does without Temporal, and closes them. */
export async function withRooms<T>(
  context: CliContext,
  work: (rooms: OpenRooms, loaded: LoadedConfig) => Promise<T>,
): Promise<T> {
  const loaded = await context.loadConfig();
  const rooms = await composeRooms({
    home: context.home,
    environment: context.environment,
    loaded,
    client: null,
  });
  try {
    return await work(rooms, loaded);
  } finally {
    await rooms.close();
  }
}

export interface Connected {
  readonly rooms: OpenRooms;
  readonly loaded: LoadedConfig;
  readonly temporal: TemporalConnection;
  readonly orchestrator: TemporalOrchestrator;
  readonly homeId: string;
}

/** The same with a connection to the home's Temporal. */
export async function withTemporal<T>(
  context: CliContext,
  work: (connected: Connected) => Promise<T>,
): Promise<T> {
  const loaded = await context.loadConfig();
  const homeId = await readHomeId(context.home);
  const temporal = await connectTemporal(context.home, context.environment, loaded.config);
  try {
    const rooms = await composeRooms({
      home: context.home,
      environment: context.environment,
      loaded,
      client: temporal.client,
    });
    try {
      return await work({
        rooms,
        loaded,
        temporal,
        orchestrator: createOrchestrator(temporal.client, homeId),
        homeId,
      });
    } finally {
      await rooms.close();
    }
  } finally {
    await temporal.close();
  }
}
