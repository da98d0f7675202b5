"""Triple-barrier labels of the bars in FOLDER, two ways; prints seconds (best of three) and sums to compare as JSON."""
import json, sys, time
import numpy as np, pandas as pd
from numba import njit

folder, horizon, multiple = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
open_, high, low, close = (np.fromfile(f"{folder}/{name}.f64") for name in ("open", "high", "low", "close"))
n = len(close)


@njit
def atr14(high, low, close):
    out = np.full(len(close), np.nan)
    average = 0.0
    for i in range(1, len(close)):
        reach = max(high[i], close[i - 1]) - min(low[i], close[i - 1])
        average += (reach - average) / min(i, 14)
        if i >= 14:
            out[i] = average
    return out


@njit
def label_numba(open_, high, low, close, horizon, multiple):
    label = np.full(len(close), -1, np.int8)
    end = np.full(len(close), -1, np.int32)
    atr = atr14(high, low, close)
    for t in range(14, len(close) - horizon):
        upper = open_[t + 1] + multiple * atr[t]
        lower = open_[t + 1] - multiple * atr[t]
        j = t + 1
        while j < t + horizon and high[j] < upper and low[j] > lower:
            j += 1
        up, down = high[j] >= upper, low[j] <= lower
        label[t] = 1 if up == down else (2 if up else 0)
        end[t] = j
    return label, end


def label_numpy(open_, high, low, close, horizon, multiple):
    """One vector step per bar of the horizon, ATR by pandas: what one writes without a compiler."""
    before = np.roll(close, 1)
    reach = np.maximum(high, before) - np.minimum(low, before)
    reach[0] = np.nan
    atr = pd.Series(reach).ewm(alpha=1 / 14, adjust=False).mean().to_numpy()
    rows = np.arange(14, n - horizon)
    upper, lower = open_[rows + 1] + multiple * atr[rows], open_[rows + 1] - multiple * atr[rows]
    label, end = np.ones(len(rows), np.int8), np.full(len(rows), horizon, np.int32)
    undecided = np.ones(len(rows), bool)
    for step in range(1, horizon + 1):
        up = undecided & (high[rows + step] >= upper)
        down = undecided & (low[rows + step] <= lower)
        label[up & ~down], label[down & ~up] = 2, 0
        end[up | down] = step
        undecided &= ~(up | down)
    return label, end


def best(work, runs):
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - started)
    return min(times), result


label_numba(open_[:100], high[:100], low[:100], close[:100], 5, 1.0)
seconds, (label, end) = best(lambda: label_numba(open_, high, low, close, horizon, multiple), 3)
answer = {"numba": seconds, "labels": int(label.astype(np.int64).sum()), "ends": int(end.astype(np.int64).sum())}
if horizon <= 24:
    answer["numpy"] = best(lambda: label_numpy(open_, high, low, close, horizon, multiple), 1)[0]
print(json.dumps(answer))
