import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { readCandleFile } from '../candles/import/index.ts';
import { SAMPLE } from '../candles/sample/index.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { seriesId } from '../contracts/series.ts';
import type { TrainModelResult } from '../contracts/training.ts';
import { summaryOf } from '../evaluation/report/summary.ts';
import type { BacktestRequest } from '../evaluation/version-backtest/play-versions.ts';
import { loadConfig } from '../host/config.ts';
import { down } from '../host/down.ts';
import { withLock } from '../host/lock.ts';
import { lifecycleWorkflowId } from '../host/orchestrator.ts';
import { homeAt } from '../host/paths.ts';
import { loadRecipe } from '../host/recipes.ts';
import { readEvidence } from '../inference/package.ts';
import { writeFileAtomic } from '../storage/files.ts';
import { playAndWrite } from './backtest.ts';
import { defaultRequest } from './backtest-request.ts';
import type { CliContext } from './context.ts';
import { renderVerdict } from './evidence-text.ts';
import { renderHistory } from './history-text.ts';
import { renderPrediction } from './predict.ts';
import { type Connected, withTemporal } from './rooms.ts';
import { startHome } from './up.ts';
import { followWorkflow } from './workflow-progress.ts';

/** Each training knows only what was known by then, so that each decision meets bars that no earlier one has seen. */
const CHAPTERS = [
  { recipe: 'gbdt-boll4', asOf: '2019-05-01T00:00Z' },
  { recipe: 'gbdt-core15', asOf: '2019-07-24T00:00Z' },
  { recipe: 'gbdt-rsi', asOf: '2019-10-17T10:00Z' },
];
const ACTOR = 'demo';
const SERIES = seriesId(SAMPLE.series);
const SIGNAL_POLL_MS = 50;
const SIGNAL_DEADLINE_MS = 30_000;

interface Chapter {
  readonly asOf: string;
  readonly result: TrainModelResult;
  readonly evidence: Evidence;
}

export function register(command: Command, context: CliContext): void {
  command
    .option('--keep', 'leave Temporal and the workers running, to look around in the Temporal UI')
    .addHelpText(
      'after',
      '\nIt has a home of its own and never touches yours.\n\nExample:\n  alphaloom demo\n',
    )
    .action(async ({ keep }: { keep?: boolean }) => {
      const wait = () => context.output.say('Another demo is under way; waiting for it.');
      await withLock(join(context.home.root, 'demo.lock'), wait, () => runDemo(context, keep === true));
    });
}

async function runDemo(outer: CliContext, keep: boolean): Promise<void> {
  const startedAt = performance.now();
  const context = await demoContext(outer);
  const { output, home } = context;
  const { bold } = output.paint;
  try {
    const uiAddress = (await startHome(context, {})).temporal?.uiAddress ?? null;
    const story = await withTemporal(context, async connected => {
      const sample = await importSample(context, connected);
      const chapters: Chapter[] = [];
      for (const chapter of CHAPTERS) chapters.push(await train(context, connected, chapter));
      const prediction = await connected.rooms.predictor.predict(SAMPLE.series);
      output.say(`\n${bold('A prediction from the champion')}\n${renderPrediction(prediction)}`);
      const overrides = await ensureTwoChampions(context, connected, chapters);
      const rollback = await rollBackBySignal(context, connected);
      const backtest = await backtestChampion(context, connected);
      const { registry } = connected.rooms;
      const history = await registry.events(SERIES);
      output.say(`\n${bold('History')}\n${renderHistory(history)}`);
      return {
        series: SERIES,
        sample,
        trainings: chapters.map(({ asOf, result, evidence }) => ({ asOf, ...result, evidence })),
        overrides,
        prediction,
        rollback,
        backtest,
        champion: (await registry.champion(SERIES))?.version ?? null,
        versions: await registry.list(SERIES),
        history,
      };
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    output.result({ home: home.root, ...story, temporalUi: keep ? uiAddress : null, seconds }, () =>
      whereToLook(context, keep ? uiAddress : null, seconds),
    );
  } finally {
    if (!keep) await down(home, () => {});
  }
}

/** A home of its own, made anew; nothing of the user's configuration, and no cluster of the user's, takes part. */
async function demoContext(outer: CliContext): Promise<CliContext> {
  const home = homeAt(outer.home.demo);
  // An earlier one may have been told to keep running.
  await down(home, () => {});
  await rm(home.root, { recursive: true, force: true });
  const configFile = join(home.root, 'alphaloom.yaml');
  await writeFileAtomic(configFile, '# The demo runs on the defaults.\n{}\n');
  const inherited = Object.entries(outer.environment).filter(
    ([name]) => !/^(TEMPORAL_|ALPHALOOM__)/.test(name),
  );
  const environment = {
    ...Object.fromEntries(inherited),
    ALPHALOOM_HOME: home.root,
    ALPHALOOM_CONFIG: configFile,
  };
  return {
    ...outer,
    home,
    environment,
    loadConfig: flags => loadConfig({ environment, cwd: home.root, homeRoot: home.root, flags }),
  };
}

async function importSample({ output }: CliContext, { rooms }: Connected) {
  await rooms.candles.append(SAMPLE.series, await readCandleFile(SAMPLE.path), {
    kind: SAMPLE.kind,
    source: 'bundled sample',
  });
  const { bars, firstTime, lastTime, gaps } = await rooms.candles.describe(SAMPLE.series);
  output.say(
    `${output.paint.bold('Candles')}  ${SERIES}: ${bars} real bars, ${day(firstTime)} to ${day(lastTime)}, ${gaps} gaps`,
  );
  return { series: SERIES, bars, firstTime, lastTime, gaps };
}

async function train(
  context: CliContext,
  connected: Connected,
  { recipe: name, asOf }: (typeof CHAPTERS)[number],
): Promise<Chapter> {
  const { output } = context;
  const { orchestrator, temporal, rooms } = connected;
  const recipe = await loadRecipe(name, []);
  const work = await orchestrator.startTraining({
    series: SAMPLE.series,
    recipe,
    asOfTime: Date.parse(asOf),
    offer: true,
    actor: ACTOR,
  });
  await followWorkflow(context, temporal.client, work, name);
  const result = await orchestrator.awaitTraining(work.workflowId);
  const evidence = await readEvidence(rooms.artifacts, result.evidence);
  const summary = (step: string) => result.steps.find(each => each.step === step)?.summary;
  output.say(
    [
      `\n${output.paint.bold(`v${result.version}  ${name}`)}, as of ${asOf.slice(0, 10)}: ${summary('labelDataset')}; ${summary('fitModel')}`,
      renderVerdict(evidence, output.paint),
      `  → ${output.paint.bold(result.offer?.decision ?? '')}: ${result.offer?.reason}`,
    ].join('\n'),
  );
  return { asOf, result, evidence };
}

/**
 * A rollback needs somewhere to go. Where the gate moved the champion less than twice, an operator overrides it, and the
 * history says so.
 */
async function ensureTwoChampions(
  context: CliContext,
  { orchestrator }: Connected,
  chapters: readonly Chapter[],
) {
  const overrides = [];
  const promoted = new Set(
    chapters
      .filter(({ result }) => result.offer?.decision === 'promoted')
      .map(({ result }) => result.version),
  );
  // Rather the second version, then the first, than the one that the gate should refuse.
  for (const version of [2, 1]) {
    if (promoted.size >= 2 || promoted.has(version)) continue;
    const reason = 'the demo needs a second champion to roll back from';
    const answer = await orchestrator.askLifecycle(SAMPLE.series, 'promote', {
      version,
      reason,
      actor: 'operator',
      operationId: `demo-override-v${version}`,
    });
    promoted.add(version);
    overrides.push({ version, reason, champion: answer.champion });
    context.output.say(
      `\nAn operator overrides the gate: v${version} becomes champion (${reason}); recorded as an override`,
    );
  }
  return overrides;
}

async function rollBackBySignal({ output }: CliContext, { rooms, temporal }: Connected) {
  const from = (await rooms.registry.champion(SERIES))!.version;
  await temporal.client.workflow
    .getHandle(lifecycleWorkflowId(SAMPLE.series))
    .signal('rollback', { actor: 'operator', reason: 'shown by the demo', operationId: 'demo-rollback' });
  // A signal answers nobody: the registry's history says what came of it.
  const deadline = performance.now() + SIGNAL_DEADLINE_MS;
  while ((await rooms.registry.operation('demo-rollback')) === null) {
    if (performance.now() > deadline) {
      throw new AlphaloomError(
        'WORKFLOW_FAILED',
        'The rollback’s signal was not carried out; see models history.',
      );
    }
    await sleep(SIGNAL_POLL_MS);
  }
  const to = (await rooms.registry.champion(SERIES))!.version;
  output.say(
    `\n${output.paint.bold('Rollback')}  by a signal to the workflow ${lifecycleWorkflowId(SAMPLE.series)}: v${from} → v${to}`,
  );
  return { from, to };
}

/** As it would have traded on the bars that its training had not seen. */
async function backtestChampion(context: CliContext, { rooms, loaded }: Connected) {
  const { output } = context;
  const series = SAMPLE.series;
  const request: BacktestRequest = {
    ...(await defaultRequest(loaded)),
    markets: [{ series, model: { kind: 'champion' }, funding: null }],
  };
  const { backtest, report } = await playAndWrite(context, rooms, request, null);
  const sentences = summaryOf({ document: backtest, performance: backtest.performance });
  output.say(
    [
      `\n${output.paint.bold('A backtest of the champion')}, on bars that its training had not seen`,
      ...sentences.map(text => `  ${text}`),
      `  Report: ${report}`,
    ].join('\n'),
  );
  const { id, fromTime, toTime, performance } = backtest;
  return { id, fromTime, toTime, report, account: performance.account, buyAndHold: performance.buyAndHold };
}

function whereToLook({ home, output }: CliContext, uiAddress: string | null, seconds: number): string {
  const inHome = `ALPHALOOM_HOME=${home.root} ./alphaloom`;
  return [
    `\nDone in ${seconds.toFixed(0)} s. All of it is kept in ${home.root}; your own home was not touched.`,
    uiAddress
      ? `Temporal UI: ${uiAddress} (workflows train/… and model/${SERIES}); end it with ${inHome} down`
      : `To look at the workflows in the Temporal UI: ${output.paint.bold('./alphaloom demo --keep')}`,
    `The card of a model: ${join(home.models, 'coinbase/BTCUSD/1h/v0002/card.html')}`,
    `Next, in your own home: ./alphaloom up, candles fetch … (or import FILE), train BTCUSD 1h, predict BTCUSD 1h`,
  ].join('\n');
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
