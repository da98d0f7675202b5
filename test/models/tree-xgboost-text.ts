export interface XgboostStump {
  readonly feature: number;
  readonly threshold: number;
  readonly missingLeft: boolean;
  readonly leaves?: readonly [left: number, right: number];
}

/** XGBoost's JSON of stumps on three features and three classes in turn, with what its loader asks for. */
export function xgboostText(stumps: readonly XgboostStump[], baseScores: readonly number[]): string {
  const trees = stumps.map(({ feature, threshold, missingLeft, leaves = [-0.5, 0.5] }, id) => ({
    base_weights: [0, ...leaves],
    categories: [],
    categories_nodes: [],
    categories_segments: [],
    categories_sizes: [],
    default_left: [Number(missingLeft), 0, 0],
    id,
    left_children: [1, -1, -1],
    loss_changes: [1, 0, 0],
    parents: [2147483647, 0, 0],
    right_children: [2, -1, -1],
    split_conditions: [threshold, ...leaves],
    split_indices: [feature, 0, 0],
    split_type: [0, 0, 0],
    sum_hessian: [20, 10, 10],
    tree_param: { num_deleted: '0', num_feature: '3', num_nodes: '3', size_leaf_vector: '1' },
  }));
  const model = {
    cats: { enc: [], feature_segments: [], sorted_idx: [] },
    gbtree_model_param: { num_parallel_tree: '1', num_trees: String(trees.length) },
    iteration_indptr: Array.from({ length: trees.length / 3 + 1 }, (_, round) => 3 * round),
    tree_info: trees.map((_, tree) => tree % 3),
    trees,
  };
  const document = {
    learner: {
      attributes: {},
      feature_names: [],
      feature_types: [],
      gradient_booster: { model, name: 'gbtree' },
      learner_model_param: {
        base_score: `[${baseScores.join(',')}]`,
        boost_from_average: '1',
        num_class: '3',
        num_feature: '3',
        num_target: '1',
      },
      objective: { name: 'multi:softprob', softmax_multiclass_param: { num_class: '3' } },
    },
    version: [3, 2, 0],
  };
  // XGBoost's loader takes a number without exponent or point for an integer, and refuses it where it expects floats.
  return JSON.stringify(document).replace(
    /"(base_weights|loss_changes|split_conditions|sum_hessian)":\[([^\]]*)\]/g,
    (_, name: string, list: string) => `"${name}":[${list.split(',').map(exponential).join(',')}]`,
  );
}

function exponential(text: string): string {
  return /[.e]/.test(text) ? text : `${text}E0`;
}
