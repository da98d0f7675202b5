// The rooms in their order: a room imports only rooms that stand before it in this list.
const ROOMS = [
  'contracts',
  'storage',
  'artifacts',
  'statistics',
  'registry',
  'venues',
  'candles',
  'features',
  'datasets',
  'strategy',
  'trading',
  'models',
  'inference',
  'evaluation',
];
const TEMPORAL_ROOMS = ['workflows', 'activities', 'workers', 'host', 'api', 'cli'];
const anyOf = rooms => `^(${rooms.join('|')})/`;

const orderRules = ROOMS.map((room, index) => ({
  name: `${room}-imports-only-rooms-before-it`,
  severity: 'error',
  from: { path: anyOf([room]) },
  to: { path: anyOf([...ROOMS.slice(index + 1), ...TEMPORAL_ROOMS]) },
}));

module.exports = {
  forbidden: [
    ...orderRules,
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea; move the shared part out.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    },
    {
      name: 'contracts-stay-portable',
      comment: 'Workflow bundles include contracts: nothing of Node may enter.',
      severity: 'error',
      from: { path: '^contracts/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-activities-and-host-trade',
      severity: 'error',
      from: { pathNot: '^(trading|activities|host|test|bench)/' },
      to: { path: '^trading/' },
    },
    {
      name: 'workflows-are-sealed',
      comment: 'Workflow code is replayed: contracts and workflows only, of activities only their types.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: '^(workflows|contracts)/|node_modules/(@temporalio/(workflow|common)|zod)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-the-edge-knows-temporal',
      severity: 'error',
      from: { path: anyOf(ROOMS) },
      to: { path: 'node_modules/@temporalio/' },
    },
    {
      name: 'nothing-imports-the-edge',
      severity: 'error',
      from: { pathNot: '^(cli|api|test|bench)/' },
      to: { path: '^(cli|api)/' },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules|\\.alphaloom|test/golden)' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'require', 'types'],
    },
  },
};
