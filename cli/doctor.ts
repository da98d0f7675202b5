import type { Command } from 'commander';
import type { Finding } from '../host/doctor.ts';
import type { CliContext } from './context.ts';

const NAME_WIDTH = 16;

export function register(command: Command, context: CliContext): void {
  command.addHelpText('after', '\nExample:\n  alphaloom doctor --json\n').action(async () => {
    const { home, environment, now, loadConfig, output } = context;
    const { diagnose } = await import('../host/doctor.ts');
    const diagnosis = await diagnose({ home, environment, now, loadConfig: () => loadConfig() });
    output.result(diagnosis, () =>
      diagnosis.checks.map(({ name, ...finding }) => line(name, finding, context)).join('\n'),
    );
    if (!diagnosis.ok) context.endWith(1);
  });
}

function line(name: string, { outcome, detail, mend }: Finding, { output: { paint } }: CliContext): string {
  const marks = { ok: paint.green('ok   '), warning: paint.yellow('note '), wrong: paint.red('WRONG') };
  return `${marks[outcome]}  ${name.padEnd(NAME_WIDTH)}  ${detail}${mend ? ` → ${mend}` : ''}`;
}
