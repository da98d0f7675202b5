import { contractOf } from './fixtures.ts';

/** How a split in LightGBM's text treats NaN: as 0.0, or by its default direction. */
export type MissingRule = 'as-zero' | 'default-left' | 'default-right';

/** A tree as LightGBM's text has it. */
export interface TextTree {
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly missing: readonly MissingRule[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly leafValue: readonly number[];
}

export function textStump(
  feature: number,
  threshold: number,
  missing: MissingRule = 'default-left',
): TextTree {
  return {
    feature: [feature],
    threshold: [threshold],
    missing: [missing],
    left: [~0],
    right: [~1],
    leafValue: [-0.5, 0.5],
  };
}

const BITS = { 'as-zero': 0, 'default-left': 2 | 8, 'default-right': 8 };

/** LightGBM's text of a model of three classes, with what its loader asks for. */
export function lightgbmText(features: number, trees: readonly TextTree[]): string {
  const header = [
    'tree',
    'version=v4',
    'num_class=3',
    'num_tree_per_iteration=3',
    'label_index=0',
    `max_feature_idx=${features - 1}`,
    'objective=multiclass num_class:3',
    `feature_names=${contractOf(features).featureNames.join(' ')}`,
    `feature_infos=${Array.from({ length: features }, () => '[-1:1]').join(' ')}`,
  ];
  const sections = trees.map((tree, index) => {
    const { feature, leafValue } = tree;
    return [
      `Tree=${index}`,
      `num_leaves=${leafValue.length}`,
      'num_cat=0',
      `split_feature=${feature.join(' ')}`,
      `split_gain=${feature.map(() => 1).join(' ')}`,
      `threshold=${tree.threshold.join(' ')}`,
      `decision_type=${tree.missing.map(rule => BITS[rule]).join(' ')}`,
      `left_child=${tree.left.join(' ')}`,
      `right_child=${tree.right.join(' ')}`,
      `leaf_value=${leafValue.join(' ')}`,
      `leaf_count=${leafValue.map(() => 10).join(' ')}`,
      // A tree of these tests is a chain: each split has one leaf less below it.
      `internal_count=${feature.map((_, split) => 10 * (leafValue.length - split)).join(' ')}`,
      'is_linear=0',
      'shrinkage=1',
    ].join('\n');
  });
  return `${header.join('\n')}\n\n${sections.join('\n\n\n')}\n\n\nend of trees\n`;
}
