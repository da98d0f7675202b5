import type { Command } from 'commander';
import type { ReadyTool } from '../host/tools/native-tools.ts';
import type { CliContext } from './context.ts';
import { renderTable } from './table.ts';

export function register(command: Command, context: CliContext): void {
  command
    .addHelpText(
      'after',
      '\nEach tool is looked for before it is brought: Temporal on PATH, LightGBM and XGBoost in Python’s packages.\n\nExample:\n  alphaloom setup\n',
    )
    .action(async () => {
      const tools = await installNativeTools(context);
      const { checkNativeLibrary } = await import('../host/tools/native-library.ts');
      for (const { tool, path } of tools) if (tool !== 'temporal') await checkNativeLibrary(tool, path);
      context.output.result({ tools }, () =>
        renderTable(tools, [
          { title: 'tool', cell: row => row.tool },
          { title: 'version', cell: row => row.version },
          { title: 'from', cell: row => row.origin },
          { title: 'path', cell: row => row.path },
        ]),
      );
    });
}

/** Finds the native tools and brings those that are missing, showing how it gets on. */
export async function installNativeTools({ environment, home, output }: CliContext): Promise<ReadyTool[]> {
  const { ensureNativeTools } = await import('../host/tools/native-tools.ts');
  const bars = {
    temporal: output.progress('Temporal'),
    lightgbm: output.progress('LightGBM'),
    xgboost: output.progress('XGBoost'),
  };
  let current: keyof typeof bars = 'lightgbm';
  try {
    return await ensureNativeTools(environment, home, (tool, share, text) => {
      if (tool !== current) bars[current].stop();
      current = tool;
      bars[tool].update(share, text);
    });
  } finally {
    bars[current].stop();
  }
}
