import { invalidModel } from '../onnx/invalid-model.ts';
import {
  DATA_TYPE,
  type GraphProto,
  type NodeProto,
  type StringStringEntry,
  type TensorProto,
} from '../onnx/messages.ts';

type Labels = readonly (string | number)[];

/** Attributes in which classifiers keep what their columns are called. */
const LABEL_ATTRIBUTES = ['classlabels_strings', 'classlabels_int64s', 'classlabels_ints'];

/**
 * What the columns of an output are called: by the file's metadata, by the classifier that makes it, or by the list that the
 * label is picked from; null where nothing says. (scikit-learn orders text labels by the alphabet, whatever they mean.)
 */
export function findClassLabels(
  { node = [], initializer = [] }: GraphProto,
  output: string,
  metadata: readonly StringStringEntry[],
): Labels | null {
  const said = metadata.find(({ key }) => key === 'classes')?.value;
  if (said !== undefined) return parseClasses(said);
  const classifier = node.find(({ attribute }) =>
    attribute?.some(({ name }) => LABEL_ATTRIBUTES.includes(name ?? '')),
  );
  const attribute = classifier && labelsOf(classifier);
  if (attribute) return attribute;
  const picker = node.find(({ opType }) => opType === 'ArrayFeatureExtractor');
  const list = initializer.find(({ name }) => name === picker?.input?.[0] && name !== output);
  return list ? valuesOf(list) : null;
}

/**
 * For each class the column that holds it. Numbers are the classes' own label values, or −1, 0, 1 for three.
 * @param labels in the order of the columns; null: as the classes are
 * @throws AlphaloomError MODEL_INVALID (output)
 */
export function columnOrder(labels: Labels | null, classes: readonly string[]): number[] {
  if (labels === null || classes.length === 0) return [...classes.keys()];
  const names = labels.map(label => nameOf(label, labels, classes));
  const columns = classes.map(name => names.indexOf(name));
  if (labels.length === classes.length && !columns.includes(-1)) return columns;
  throw invalidModel(
    'output',
    `its columns are called ${labels.slice(0, 10).join(', ')}, expected ${classes.join(', ')} in any order; say theirs with --classes`,
    { labels: labels.slice(0, 10), classes },
  );
}

function nameOf(label: string | number, labels: Labels, classes: readonly string[]): string | undefined {
  const isSigned = classes.length === 3 && labels.some(other => Number(other) === -1);
  const value =
    typeof label === 'number' || /^-?\d+$/.test(label) ? Number(label) + (isSigned ? 1 : 0) : null;
  return value === null ? String(label) : classes[value];
}

function parseClasses(json: string): Labels {
  try {
    const list: unknown = JSON.parse(json);
    if (Array.isArray(list) && list.every(name => ['string', 'number'].includes(typeof name)))
      return list as Labels;
  } catch {
    // Said below.
  }
  throw invalidModel('metadata', 'its classes must be a JSON list', { got: json.slice(0, 80) });
}

function labelsOf({ attribute }: NodeProto): Labels | null {
  const found = attribute?.find(({ name }) => LABEL_ATTRIBUTES.includes(name ?? ''));
  return [found?.strings, found?.ints].find(list => list?.length) ?? null;
}

function valuesOf({ dataType, rawData, int32Data, int64Data, stringData }: TensorProto): Labels | null {
  const listed = [stringData, int64Data, int32Data].find(list => list?.length);
  if (listed || !rawData) return listed ?? null;
  const { buffer } = Uint8Array.from(rawData);
  if (dataType === DATA_TYPE.int64) return [...new BigInt64Array(buffer)].map(Number);
  return dataType === DATA_TYPE.int32 ? [...new Int32Array(buffer)] : null;
}
