import { domainOf } from './allowed-operators.ts';
import { invalidModel } from './invalid-model.ts';
import type { AttributeProto, GraphProto, ModelProto, TensorProto } from './messages.ts';
import { requireSoundTensor } from './tensor-checks.ts';

type OperatorSets = Readonly<Record<string, ReadonlySet<string>>>;

/**
 * Refuses everything in a file that is more than plain arithmetic on tensors the file holds itself.
 * @param allowed operators by domain
 * @returns names of the operators it uses, sorted
 * @throws AlphaloomError MODEL_INVALID (training-info, functions, domain, operator, subgraph, external-data, tensor)
 */
export function requirePlainGraph(model: ModelProto, graph: GraphProto, allowed: OperatorSets): string[] {
  if (model.trainingInfo?.length) throw invalidModel('training-info', 'it carries a training graph');
  if (model.functions?.length) throw invalidModel('functions', 'it defines functions of its own');
  for (const { domain } of model.opsetImport ?? []) requireDomain(domain, allowed);
  if (graph.sparseInitializer?.length) throw invalidModel('tensor', 'it holds sparse tensors');
  for (const tensor of graph.initializer ?? []) requireSoundTensor(tensor);
  requireDistinctNames(graph.initializer ?? []);

  const operators = new Set<string>();
  for (const { domain, opType = '', attribute } of graph.node ?? []) {
    if (!requireDomain(domain, allowed).has(opType)) {
      throw invalidModel('operator', `operator ${shown(opType)} is not allowed`, {
        operator: opType,
        domain,
      });
    }
    operators.add(opType);
    for (const value of attribute ?? []) requirePlainAttribute(opType, value);
  }
  return [...operators].sort();
}

/** Of two constants with one name, what is checked might not be what runs. */
function requireDistinctNames(tensors: readonly TensorProto[]): void {
  const names = new Set(tensors.map(({ name }) => name ?? ''));
  if (names.size === tensors.length) return;
  throw invalidModel('tensor', 'two of its constants have the same name');
}

function requireDomain(domain: string | undefined, allowed: OperatorSets): ReadonlySet<string> {
  const name = domainOf(domain);
  if (Object.hasOwn(allowed, name)) return allowed[name];
  throw invalidModel('domain', `operators of the domain ${shown(name)} are not allowed`, { domain: name });
}

function requirePlainAttribute(operator: string, attribute: AttributeProto): void {
  const where = `${operator}.${shown(attribute.name ?? '')}`;
  if (attribute.g || attribute.graphs?.length) {
    throw invalidModel('subgraph', `the attribute ${where} holds a graph`, { operator });
  }
  if (attribute.refAttrName) throw invalidModel('functions', `the attribute ${where} refers to a function’s`);
  if (attribute.sparseTensor || attribute.sparseTensors?.length) {
    throw invalidModel('tensor', `the attribute ${where} holds a sparse tensor`, { operator });
  }
  if (attribute.t) requireSoundTensor(attribute.t);
  for (const tensor of attribute.tensors ?? []) requireSoundTensor(tensor);
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}
