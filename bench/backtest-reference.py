# vectorbt's portfolio simulation of the signals in a folder: seconds of each run that is asked for by the
# clock and of the processor, one line each.
# Its stops are first looked at one bar after an entry, so it enters at the close that is the next bar's open: then bars,
# levels and what is looked at when are those of an entry at the next open.
import sys
import time
from pathlib import Path

import numpy as np
import vectorbt as vbt

folder = Path(sys.argv[1])
stop, target, fee, cash = (float(word) for word in sys.argv[2:6])
bars = {name: np.fromfile(folder / f"{name}.f64") for name in ("open", "high", "low", "close")}
entries = np.fromfile(folder / "entries.i8", dtype=np.int8) == 1
exits = np.zeros(len(entries), dtype=bool)


def simulate(count):
    return vbt.Portfolio.from_signals(
        bars["close"][:count],
        entries=entries[:count],
        exits=exits[:count],
        open=bars["open"][:count],
        high=bars["high"][:count],
        low=bars["low"][:count],
        sl_stop=stop,
        tp_stop=target,
        stop_exit_price="stopmarket",
        fees=fee,
        init_cash=cash,
        freq="1min",
    )


for line in sys.stdin:
    count = int(line)
    started = time.perf_counter(), time.process_time()
    portfolio = simulate(count)
    seconds = time.perf_counter() - started[0], time.process_time() - started[1]
    records = portfolio.trades.values
    for field, column in (("entry_idx", "entryBar"), ("exit_idx", "exitBar")):
        records[field].astype(np.float64).tofile(folder / f"{column}.f64")
    for field, column in (("entry_price", "entryPrice"), ("exit_price", "exitPrice")):
        records[field].tofile(folder / f"{column}.f64")
    print(*seconds, flush=True)
