import { extname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { AlphaloomError } from '../../contracts/errors.ts';
import {
  EXPORT_FORMATS,
  EXPORT_KINDS,
  type ExportFormat,
  type ExportKind,
  exportLedger,
} from '../../host/trading/export-ledger.ts';
import type { CliContext } from '../context.ts';
import { parseTime } from '../series-arguments.ts';
import { chosenAccount } from './account-argument.ts';
import { withTradingDesk } from './desk.ts';

interface ExportFlags {
  readonly kind: ExportKind;
  readonly format?: ExportFormat;
  readonly from?: number;
  readonly to?: number;
  readonly out: string;
  readonly force?: true;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument('[account]')
    .addOption(new Option('--kind <kind>', 'what is written').choices(EXPORT_KINDS).default('trades'))
    .addOption(new Option('--format <format>', 'default: what the file’s name says').choices(EXPORT_FORMATS))
    .option('--from <time>', 'from then on', parseTime)
    .option('--to <time>', 'until before then', parseTime)
    .requiredOption('--out <file>', 'written whole or not at all')
    .option('--force', 'replace a file that is there')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom trade export paper --kind fills --from 2026-01-01 --out fills.csv\n',
    )
    .action((account: string | undefined, flags: ExportFlags) => write(context, account, flags));
}

async function write(context: CliContext, named: string | undefined, flags: ExportFlags): Promise<void> {
  const { kind, from = 0, to = Number.MAX_SAFE_INTEGER, force = false } = flags;
  const { cwd, output } = context;
  const format = formatOf(flags);
  await withTradingDesk(context, async ({ ledger }) => {
    const account = chosenAccount(ledger.accounts(), named);
    const file = resolve(cwd, flags.out);
    const bytes = await exportLedger(
      ledger,
      { account, kind, format, fromTime: from, toTime: to },
      file,
      force,
    );
    output.result(
      { account, kind, format, file, bytes },
      () => `Wrote ${kind} of ${account}: ${file}, ${bytes} bytes`,
    );
  });
}

/** @throws AlphaloomError USAGE where neither the flag nor the name says it */
function formatOf({ format, out }: ExportFlags): ExportFormat {
  const named = EXPORT_FORMATS.find(each => extname(out).toLowerCase() === `.${each}`);
  const found = format ?? named;
  if (found !== undefined) return found;
  throw new AlphaloomError(
    'USAGE',
    `Say which --format ${out} gets: ${EXPORT_FORMATS.join(', ')}; or let its name end in one of them.`,
    { out },
  );
}
