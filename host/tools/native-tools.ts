import { NATIVE_LIBRARIES, type NativeLibraryName } from '../../models/estimators/estimator.ts';
import type { Home } from '../paths.ts';
import { namesExternalTemporal } from '../temporal-connection.ts';
import { readDatabaseVersion } from '../temporal-server.ts';
import { ensureNativeLibrary } from './native-library.ts';
import { ensureTemporalBinary } from './temporal-binary.ts';
import { WHEEL_LIBRARIES } from './wheel-libraries.ts';

/** A native tool as set-up leaves it. */
export interface ReadyTool {
  readonly tool: 'temporal' | NativeLibraryName;
  readonly version: string;
  readonly path: string;
  /** Where it was found, or the way it was installed. */
  readonly origin: string;
}

/** `share` from 0 to 1, null where it can't be known. */
export type ToolProgress = (tool: ReadyTool['tool'], share: number | null, text: string) => void;

/**
 * Finds the native tools and installs what is missing; where all are there, it costs a quarter of a second.
 * The Temporal server is left out where the environment names a cluster.
 * @throws AlphaloomError TOOL_INSTALL_FAILED, TEMPORAL_VERSION, NATIVE_LIBRARY_MISSING, PERMISSION_DENIED, DISK_FULL
 */
export async function ensureNativeTools(
  environment: NodeJS.ProcessEnv,
  home: Home,
  onProgress: ToolProgress,
): Promise<ReadyTool[]> {
  const tools: ReadyTool[] = [];
  for (const tool of NATIVE_LIBRARIES) {
    const report = (share: number | null, text: string) => onProgress(tool, share, text);
    const library = await ensureNativeLibrary(tool, environment, home, report);
    tools.push({ tool, version: WHEEL_LIBRARIES[tool].version, ...library });
  }
  if (!namesExternalTemporal(environment)) {
    const required = await readDatabaseVersion(home);
    const report = (share: number | null, text: string) => onProgress('temporal', share, text);
    const { serverVersion, ...binary } = await ensureTemporalBinary(environment, home, required, report);
    tools.push({ tool: 'temporal', version: serverVersion, ...binary });
  }
  return tools;
}
