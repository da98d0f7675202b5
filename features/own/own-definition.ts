import { AlphaloomError } from '../../contracts/errors.ts';
import type { FeatureDefinition } from '../definition.ts';
import type { Formula, InputColumn, Kernel, KernelBars } from '../kernels/kernel.ts';
import { type OwnBars, startColumn } from './column-kernel.ts';
import { invalidEntry, type OwnFeature, type OwnKernel } from './entry.ts';

const OUTPUT = 'value';

/** A line of the catalog made of a user's entry; whatever goes wrong in its formula is said of the file. */
export function ownDefinition(entry: OwnFeature, file: string, contentHash: string): FeatureDefinition {
  const { name, lookBack, unit, source, parameters, version } = entry;
  return {
    name,
    family: 'own',
    kernel: ownKernel(entry, file),
    output: OUTPUT,
    parameters,
    lookBack,
    unit,
    source,
    version,
    contentHash,
  };
}

function ownKernel({ name, inputs, lookBack, kernel }: OwnFeature, file: string): Kernel {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (error instanceof AlphaloomError) throw error;
      throw invalidEntry(
        file,
        name,
        `its formula failed: ${error instanceof Error ? error.message : error}`,
        error,
      );
    }
  };
  return {
    name: `own/${name}`,
    inputs,
    outputs: [OUTPUT],
    start(parameters, barMs) {
      const formula = attempt(() => {
        if ('column' in kernel)
          return startColumn({ inputs, lookBack, column: kernel.column }, parameters, barMs);
        return startOwn(kernel, inputs, parameters, barMs);
      });
      return { advance: (bars, out) => attempt(() => formula.advance(bars, out)) };
    },
  };
}

/** The engine's own form, given its inputs alone and an output of exactly the new rows, missing until it writes them. */
function startOwn(
  kernel: Extract<OwnKernel, { start: unknown }>,
  inputs: readonly InputColumn[],
  ...begin: Parameters<Kernel['start']>
): Formula {
  const formula = kernel.start(...begin);
  if (typeof formula?.advance !== 'function')
    throw new Error('start() must answer with an object that has advance(bars, out)');
  return {
    advance(bars, { value }) {
      const rows = value!.subarray(0, bars.close.length).fill(Number.NaN);
      const result: unknown = formula.advance(pick(bars, inputs) as unknown as KernelBars, {
        [OUTPUT]: rows,
      });
      if (result instanceof Promise)
        throw new Error('advance() must be synchronous; it answered with a promise');
    },
  };
}

function pick(bars: KernelBars, inputs: readonly InputColumn[]): OwnBars {
  const picked: Partial<Record<InputColumn, Float64Array>> = {};
  for (const name of inputs) picked[name] = bars[name];
  return picked as OwnBars;
}
