import { AlphaloomError, ERROR_CODES } from '../contracts/errors.ts';
import { CHECKS, type CheckContext } from './doctor-checks.ts';

/** What a check found: fine, worth knowing, or in the way. */
export interface Finding {
  readonly outcome: 'ok' | 'warning' | 'wrong';
  /** What is there, or what is wrong. */
  readonly detail: string;
  /** What to do about it; null where all is well. */
  readonly mend: string | null;
}

export interface Diagnosis {
  /** Nothing that is needed is wrong. */
  readonly ok: boolean;
  readonly checks: readonly (Finding & { readonly name: string })[];
}

/** Checks every part; one that fails hides no other. */
export async function diagnose(context: CheckContext): Promise<Diagnosis> {
  const checks: (Finding & { name: string })[] = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    const finding = await check(context).catch(wrong);
    checks.push({ name, ...finding });
  }
  return { ok: checks.every(({ outcome }) => outcome !== 'wrong'), checks };
}

function wrong(error: Error): Finding {
  const mend =
    error instanceof AlphaloomError ? ERROR_CODES[error.code].mend : 'Report it with this message.';
  return { outcome: 'wrong', detail: error.message, mend };
}
