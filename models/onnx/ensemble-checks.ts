import { invalidModel } from './invalid-model.ts';
import type { AttributeProto, GraphProto, NodeProto } from './messages.ts';

/** Where each tree operator keeps its leaves' votes. */
const VOTES: Readonly<Record<string, string>> = {
  TreeEnsembleRegressor: 'target',
  TreeEnsembleClassifier: 'class',
};

/**
 * ONNX Runtime takes lists of a tree operator that are too short, and a number of outputs that fills the memory: their
 * lengths and numbers must fit the contract.
 * @throws AlphaloomError MODEL_INVALID (trees)
 */
export function requireSoundEnsembles(graph: GraphProto, features: number, classes: number): void {
  for (const node of graph.node ?? []) {
    const votes = VOTES[node.opType ?? ''];
    if (votes) requireSoundEnsemble(node, votes, features, classes);
  }
}

function requireSoundEnsemble(node: NodeProto, votes: string, features: number, classes: number): void {
  const attributes = new Map((node.attribute ?? []).map(attribute => [attribute.name ?? '', attribute]));
  const length = (name: string): number => listLength(attributes.get(name));
  const requireLength = (expected: number, names: readonly string[]): void => {
    for (const name of names) {
      if (length(name) !== expected) throw wrong(`${name} has ${length(name)} values instead of ${expected}`);
    }
  };
  const requireBelow = (limit: number, name: string): void => {
    const outlier = attributes.get(name)?.ints?.find(value => !(value >= 0 && value < limit));
    if (outlier !== undefined) throw wrong(`${name} holds ${outlier}, allowed are 0 to ${limit - 1}`);
  };

  const nodes = length('nodes_treeids');
  requireLength(nodes, ['nodes_nodeids', 'nodes_featureids', 'nodes_modes', 'nodes_truenodeids']);
  requireLength(nodes, ['nodes_falsenodeids', eitherForm('nodes_values', attributes)]);
  const optional = ['nodes_missing_value_tracks_true', eitherForm('nodes_hitrates', attributes)];
  requireLength(
    nodes,
    optional.filter(name => attributes.has(name)),
  );
  requireBelow(features, 'nodes_featureids');

  const leaves = length(`${votes}_ids`);
  requireLength(leaves, [`${votes}_treeids`, `${votes}_nodeids`, eitherForm(`${votes}_weights`, attributes)]);
  requireBelow(classes, `${votes}_ids`);
  const outputs = votes === 'target' ? attributes.get('n_targets')?.i : classLabels(attributes);
  if (outputs !== classes) throw wrong(`it has ${outputs} outputs instead of ${classes}`);
  const base = eitherForm('base_values', attributes);
  if (attributes.has(base)) requireLength(isOneScore(attributes, votes, classes) ? 1 : classes, [base]);
}

/** Of two classes with votes for one alone, the other has what is left: there is one score, and one base value. */
function isOneScore(
  attributes: ReadonlyMap<string, AttributeProto>,
  votes: string,
  classes: number,
): boolean {
  const ids = attributes.get(`${votes}_ids`)?.ints ?? [];
  return votes === 'class' && classes === 2 && new Set(ids).size === 1 && baseLength(attributes) === 1;
}

function baseLength(attributes: ReadonlyMap<string, AttributeProto>): number {
  return listLength(attributes.get(eitherForm('base_values', attributes)));
}

/** Float lists have a twin that holds float64. */
function eitherForm(name: string, attributes: ReadonlyMap<string, AttributeProto>): string {
  return attributes.has(`${name}_as_tensor`) ? `${name}_as_tensor` : name;
}

function classLabels(attributes: ReadonlyMap<string, AttributeProto>): number {
  return listLength(attributes.get('classlabels_int64s')) + listLength(attributes.get('classlabels_strings'));
}

function listLength(attribute: AttributeProto | undefined): number {
  if (!attribute) return 0;
  if (attribute.t) return (attribute.t.dims ?? []).reduce((product, size) => product * size, 1);
  return [attribute.ints, attribute.floats, attribute.strings].find(list => list?.length)?.length ?? 0;
}

function wrong(what: string): Error {
  return invalidModel('trees', `its tree operator is damaged: ${what}`);
}
