"""LightGBM and XGBoost of Python on the tables in FOLDER: answers each line `NAME` of its input with seconds and the model's hash."""
import hashlib, json, sys, time
import lightgbm as lgb, numpy as np, xgboost as xgb

folder, spec = sys.argv[1], json.loads(sys.argv[2])
features, rounds, params, names = spec["features"], spec["rounds"], spec["params"], spec["names"]
table = lambda block: np.fromfile(f"{folder}/{block}.x.f32", np.float32).reshape(-1, features)
target = lambda block: np.fromfile(f"{folder}/{block}.y.f32", np.float32)
x, y, vx, vy = table("train"), target("train"), table("validation"), target("validation")


def by_lightgbm():
    own = params["lightgbm"]
    train = lgb.Dataset(x, y, feature_name=names, params=own)
    validation = lgb.Dataset(vx, vy, reference=train, params=own)
    losses = {}
    booster = lgb.train(own, train, rounds, [validation], ["v"], callbacks=[lgb.record_evaluation(losses)])
    best = int(np.argmin(losses["v"]["multi_logloss"])) + 1
    text = booster.model_to_string(num_iteration=best)
    return booster, text[: text.index("\nend of trees")].encode()


def by_xgboost():
    own, threads = params["xgboost"], params["xgboost"]["nthread"]
    train = xgb.DMatrix(x, y, feature_names=names, nthread=threads)
    validation = xgb.DMatrix(vx, vy, feature_names=names, nthread=threads)
    losses = {}
    booster = xgb.train(own, train, rounds, evals=[(validation, "v")], evals_result=losses, verbose_eval=False)
    best = int(np.argmin(losses["v"]["mlogloss"])) + 1
    return booster, bytes(booster[:best].save_raw("json"))


WAYS = {"lightgbm": by_lightgbm, "xgboost": by_xgboost}
last = {}

for line in sys.stdin:
    name, _, rows = line.strip().partition(" ")
    if rows:
        first = vx[: int(rows)]
        started = time.perf_counter()
        if name == "lightgbm":
            last[name].predict(first, pred_contrib=True, num_threads=1)
        else:
            last[name].predict(xgb.DMatrix(first, feature_names=names, nthread=1), pred_contribs=True)
        print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
        continue
    started = time.perf_counter()
    last[name], model = WAYS[name]()
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "sha256": hashlib.sha256(model).hexdigest()}), flush=True)
