"""PyTorch's training steps of the nets in net-designs.ts: a line `steps` in, their milliseconds out. Arguments: net, batch, threads."""

import json
import resource
import sys
import time

import torch
from torch import nn

STEPS, FEATURES, UNITS, CLASSES = 60, 15, 100, 3
name, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(1)


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.rnn = kind(FEATURES, UNITS, num_layers=2, batch_first=True)
        self.head = nn.Linear(UNITS, CLASSES)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


class TwoBranches(nn.Module):
    def __init__(self):
        super().__init__()
        block = lambda i, o: (nn.Conv1d(i, o, 3, padding=1), nn.BatchNorm1d(o), nn.ReLU(), nn.MaxPool1d(2))
        self.convolutions = nn.Sequential(*block(FEATURES, 64), *block(64, 128), nn.Flatten())
        self.lstm = nn.LSTM(FEATURES, UNITS, num_layers=2, batch_first=True)
        dense = lambda i, o: (nn.Linear(i, o), nn.ReLU(), nn.Dropout(0.3))
        self.head = nn.Sequential(*dense(15 * 128 + UNITS, 256), *dense(256, 64), nn.Linear(64, CLASSES))

    def forward(self, x):
        return self.head(torch.cat([self.convolutions(x.transpose(1, 2)), self.lstm(x)[0][:, -1]], 1))


NETS = {"lstm": lambda: Recurrent(nn.LSTM), "gru": lambda: Recurrent(nn.GRU), "cnn-lstm": TwoBranches}
net = NETS[name]()
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4, weight_decay=0.01)
loss = nn.CrossEntropyLoss()
x = torch.randn(batch, STEPS, FEATURES)
y = torch.arange(batch) % CLASSES


def step():
    optimizer.zero_grad()
    loss(net(x), y).backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimizer.step()


for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        started = time.perf_counter()
        step()
        times.append((time.perf_counter() - started) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"ms": times, "peakBytes": peak}), flush=True)
