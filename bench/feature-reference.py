"""The features of core15 over the columns in FOLDER by TA-Lib and by pandas: a line of input names one, the answer is seconds."""
import sys, time
import numpy as np, pandas as pd, talib

folder = sys.argv[1]
high, low, close, volume = (np.fromfile(f"{folder}/{name}.f64") for name in ("high", "low", "close", "volume"))


def by_talib():
    returns = np.empty_like(close)
    returns[0] = np.nan
    returns[1:] = np.log(close[1:] / close[:-1])
    upper, middle, lower = talib.BBANDS(close, 20, 2, 2)
    columns = [talib.RSI(close, 14), *(column / close for column in talib.MACD(close, 12, 26, 9))]
    columns += [talib.ATR(high, low, close, 14) / close, talib.EMA(close, 12) / close - 1, talib.EMA(close, 26) / close - 1]
    columns += [upper / close - 1, middle / close - 1, lower / close - 1, (upper - lower) / middle]
    columns += [talib.STDDEV(returns[1:], 20), volume / talib.SMA(volume, 20), talib.ROC(close, 10)]
    columns.append(talib.STOCHF(high, low, close, 14, 3)[0])
    return [column.astype(np.float32) for column in columns]


def by_talib_bare():
    """Only what TA-Lib itself computes: in price, not as shares of it, and without the log return."""
    columns = [talib.RSI(close, 14), *talib.MACD(close, 12, 26, 9), talib.ATR(high, low, close, 14), talib.EMA(close, 12)]
    columns += [talib.EMA(close, 26), *talib.BBANDS(close, 20, 2, 2), talib.STDDEV(close, 20), talib.SMA(volume, 20)]
    return [*columns, talib.ROC(close, 10), talib.STOCHF(high, low, close, 14, 3)[0]]


def by_pandas():
    c, h, l, v = (pd.Series(values) for values in (close, high, low, volume))
    change = c.diff()
    gain = change.clip(lower=0).ewm(alpha=1 / 14, adjust=False).mean()
    loss = (-change).clip(lower=0).ewm(alpha=1 / 14, adjust=False).mean()
    ema = {span: c.ewm(span=span, adjust=False).mean() for span in (12, 26)}
    line = ema[12] - ema[26]
    signal = line.ewm(span=9, adjust=False).mean()
    before = c.shift()
    reach = np.maximum(h, before) - np.minimum(l, before)
    mean, deviation = c.rolling(20).mean(), c.rolling(20).std(ddof=0)
    lowest, highest = l.rolling(14).min(), h.rolling(14).max()
    columns = [100 * gain / (gain + loss), line / c, signal / c, (line - signal) / c]
    columns += [reach.ewm(alpha=1 / 14, adjust=False).mean() / c, ema[12] / c - 1, ema[26] / c - 1]
    columns += [(mean + 2 * deviation) / c - 1, mean / c - 1, (mean - 2 * deviation) / c - 1, 4 * deviation / mean]
    columns += [np.log(c / before).rolling(20).std(ddof=0), v / v.rolling(20).mean(), c.pct_change(10) * 100]
    columns.append(100 * (c - lowest) / (highest - lowest))
    return [column.astype(np.float32) for column in columns]


WAYS = {"talib": by_talib, "bare": by_talib_bare, "pandas": by_pandas}
for line in sys.stdin:
    started = time.perf_counter()
    WAYS[line.strip()]()
    print(time.perf_counter() - started, flush=True)
