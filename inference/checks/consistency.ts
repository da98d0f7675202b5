import { type Check, isSame, type Subject, widthOf, windowAt } from './check.ts';

/** As many series as are asked at once where it is used. */
const BATCH = 34;
const REQUESTS = 256;

/** A row's answer must not depend on who is asked about beside it. */
export const batchInvariance: Check = {
  name: 'batch invariance',
  must: () => `every row is answered alone as in a batch of ${BATCH}, to the last bit`,
  async run(subject) {
    const { session } = subject.model;
    const width = widthOf(subject);
    let differing = 0;
    let compared = 0;
    for (let from = 0; from < subject.rows; from += BATCH) {
      const rows = Math.min(BATCH, subject.rows - from);
      const together = await session.run(subject.windows.subarray(from * width, (from + rows) * width), rows);
      const outputs = together.length / rows;
      for (let row = 0; row < rows; row++, compared++) {
        const alone = await session.run(windowAt(subject, from + row), 1);
        if (!isSame(alone, together.subarray(row * outputs, (row + 1) * outputs))) differing++;
      }
    }
    return {
      numbers: { rows: compared, differing },
      problem: differing === 0 ? null : `${differing} of ${compared} rows are answered otherwise in a batch.`,
    };
  },
};

/** The same question has the same answer, also of the same file opened again. */
export const determinism: Check = {
  name: 'determinism',
  must: () => 'the same rows are answered the same again, also by the file opened anew, to the last bit',
  async run(subject) {
    const own = await differingRows(subject, subject.model);
    const reopened = await differingRows(subject, subject.again);
    const bad = own + reopened;
    return {
      numbers: { rows: subject.rows, differing: own, differingReopened: reopened },
      problem: bad === 0 ? null : `${bad} rows are answered otherwise when they are asked about again.`,
    };
  },
};

/** Many at once: none waits for ever, none gets another's answer. */
export const concurrency: Check = {
  name: 'concurrent requests',
  must: () => `${REQUESTS} requests at once are answered as one after the other`,
  async run(subject) {
    const { session } = subject.model;
    const outputs = subject.answers.length / subject.rows;
    const startedAt = subject.monotonicMs();
    const rows = Array.from({ length: REQUESTS }, (_, request) => request % subject.rows);
    const answers = await Promise.all(rows.map(row => session.run(windowAt(subject, row), 1)));
    const ms = subject.monotonicMs() - startedAt;
    const wrong = answers.filter((answer, request) => {
      const row = rows[request];
      return !isSame(answer, subject.answers.subarray(row * outputs, (row + 1) * outputs));
    }).length;
    return {
      numbers: { requests: REQUESTS, wrong, ms: rounded(ms), perSecond: Math.round((1_000 * REQUESTS) / ms) },
      problem: wrong === 0 ? null : `${wrong} of ${REQUESTS} requests got another answer than alone.`,
    };
  },
};

/** What is computed bar by bar while serving is what the whole history gives: what was judged is what trades. */
export const servedAsJudged: Check = {
  name: 'served as judged',
  must: () =>
    'the newest bar’s features and answer are the same bar by bar as over the whole history, to the last bit',
  async run(subject) {
    const judged = windowAt(subject, subject.rows - 1);
    const served = subject.servedWindow;
    const values = judged.reduce((sum, value, at) => sum + Number(!Object.is(value, served[at])), 0);
    const answer = await subject.model.session.run(served, 1);
    const isAlike = isSame(answer, subject.answers.subarray(-answer.length));
    return {
      numbers: { values: judged.length, differing: values },
      problem: values === 0 && isAlike ? null : `${values} of ${judged.length} values differ.`,
    };
  },
};

async function differingRows(subject: Subject, { session }: Subject['model']): Promise<number> {
  const again = await session.run(subject.windows, subject.rows);
  const outputs = again.length / subject.rows;
  let differing = 0;
  for (let row = 0; row < subject.rows; row++) {
    const [from, to] = [row * outputs, (row + 1) * outputs];
    if (!isSame(again.subarray(from, to), subject.answers.subarray(from, to))) differing++;
  }
  return differing;
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
