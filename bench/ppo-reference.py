"""stable-baselines3's PPO on the market in FOLDER, in environments with the rules of strategy/backtest (swap market).

Prints as JSON the mean episode return of each iteration (per seed) and the seconds that all took, steps per second of the
environments alone, and the sum of rewards under fixed actions, which must be that of our environments.
"""
import json, sys, time
import numpy as np

folder = sys.argv[1]
spec = json.load(open(f"{folder}/spec.json"))
price = {name: np.fromfile(f"{folder}/{name}.f64") for name in ("open", "high", "low", "close", "volatility")}
features = np.fromfile(f"{folder}/features.f32", np.float32).reshape(-1, spec["features"])
starts = np.fromfile(f"{folder}/starts.i32", np.int32)
STEPS, FIRST_BAR, SCALE = spec["steps"], spec["firstBar"], np.array(spec["portfolioScale"])
PAID, HORIZON, BARRIER = spec["perSideBps"] / 1e4, spec["horizonBars"], spec["barrier"]


class Accounts:
    """Many accounts, a numpy column per number; bar by bar as the backtest plays."""

    def __init__(self, count, draw):
        self.count, self.draw = count, draw
        self.bar = np.zeros(count, np.int64)
        self.side, self.last_bar, self.entry_bar = (np.zeros(count, np.int64) for _ in range(3))
        self.entry, self.stop, self.target, self.open_return, self.best = (np.zeros(count) for _ in range(5))
        self.realized, self.equity, self.steps = np.ones(count), np.ones(count), np.zeros(count, np.int64)
        self.begin(np.ones(count, bool))

    def begin(self, who):
        self.bar[who] = self.draw(who)
        self.side[who] = self.steps[who] = 0
        self.open_return[who] = self.best[who] = 0.0
        self.realized[who] = self.equity[who] = 1.0

    def net(self, exit_price):
        gross = self.side * (exit_price - self.entry) / np.where(self.side == 0, 1.0, self.entry)
        return gross - PAID * (1 + exit_price / np.where(self.side == 0, 1.0, self.entry))

    def step(self, actions):
        bar = self.bar + 1
        open_, high, low, close = (price[name][bar] for name in ("open", "high", "low", "close"))
        unit = price["volatility"][self.bar]
        enters = (self.side == 0) & (actions > 0) & (unit > 0)
        self.side[enters] = np.where(actions == 1, 1, -1)[enters]
        self.entry[enters], self.entry_bar[enters] = open_[enters], bar[enters]
        self.last_bar[enters] = (self.bar + HORIZON)[enters]
        self.stop[enters] = (open_ - self.side * BARRIER * unit)[enters]
        self.target[enters] = (open_ + self.side * BARRIER * unit)[enters]
        self.best[enters] = -np.inf

        held, long = self.side != 0, self.side > 0
        worst, most = np.where(long, low, high), np.where(long, high, low)
        beyond = lambda at, level, sign: np.where(long, sign * (at - level) >= 0, sign * (level - at) >= 0)
        stop_open, target_open = beyond(open_, self.stop, -1), beyond(open_, self.target, 1)
        stop, target = beyond(worst, self.stop, -1), beyond(most, self.target, 1)
        timed = bar == self.last_bar
        exit_price = np.select(
            [stop_open | target_open, stop, target], [open_, self.stop, self.target], default=close
        )
        leaves = held & (stop_open | target_open | stop | target | timed)
        self.realized[leaves] *= np.maximum(0, 1 + self.net(exit_price))[leaves]
        self.side[leaves] = 0

        self.open_return = np.where(self.side != 0, self.net(close), 0.0)
        self.best = np.where(self.side != 0, np.maximum(self.best, self.open_return), 0.0)
        equity = np.maximum(0.01, self.realized * np.maximum(0, 1 + self.open_return))
        reward = np.log(equity / self.equity)
        self.equity, self.bar, self.steps = equity, bar, self.steps + 1
        ruined = equity <= spec["ruinEquity"]
        cut = ~ruined & ((self.steps >= spec["episodeSteps"]) | (bar == len(price["close"]) - 1))
        return reward, ruined, cut

    def observe(self):
        rows = self.bar - FIRST_BAR
        windows = features[rows[:, None] + np.arange(1 - STEPS, 1)].reshape(self.count, -1)
        held = self.side != 0
        age = np.where(held, (self.bar - self.entry_bar + 1) / HORIZON, 0.0)
        state = np.stack([self.side, self.open_return, age, self.best - self.open_return], 1)
        return np.concatenate([windows, state * SCALE], 1).astype(np.float32)


def fixed_rewards(count, steps):
    accounts = Accounts(count, lambda who: starts[np.arange(count) * (len(starts) // count)][who])
    total = 0.0
    for step in range(steps):
        reward, ruined, cut = accounts.step((step * 7 + np.arange(count) * 3) % 3)
        total += reward.sum()
        accounts.begin(ruined | cut)
    return total


def learn(seed):
    import torch
    from stable_baselines3 import PPO
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.vec_env import VecEnv
    import gymnasium as gym

    torch.set_num_threads(spec["threads"])
    generator = np.random.default_rng(seed)

    class Market(VecEnv):
        def __init__(self, count):
            self.accounts = Accounts(count, lambda who: generator.choice(starts, int(who.sum())))
            width = STEPS * spec["features"] + len(SCALE)
            super().__init__(count, gym.spaces.Box(-np.inf, np.inf, (width,)), gym.spaces.Discrete(3))

        def reset(self):
            return self.accounts.observe()

        def step_async(self, actions):
            self.actions = actions

        def step_wait(self):
            reward, ruined, cut = self.accounts.step(self.actions)
            done, seen = ruined | cut, self.accounts.observe()
            infos = [{} for _ in range(self.num_envs)]
            for i in np.flatnonzero(done):
                infos[i] = {"terminal_observation": seen[i], "TimeLimit.truncated": bool(cut[i])}
                ended.append(float(np.log(self.accounts.equity[i])))
            self.accounts.begin(done)
            return self.accounts.observe(), reward * spec["rewardScale"], done, infos

        close = lambda self: None
        get_attr = lambda self, name, indices=None: [None] * self.num_envs
        set_attr = env_method = lambda self, *a, **k: None
        env_is_wrapped = lambda self, *a, **k: [False] * self.num_envs

    class Curve(BaseCallback):
        def _on_step(self):
            return True

        def _on_rollout_end(self):
            curve.append(float(np.mean(ended)) if ended else None)
            ended.clear()

    ended, curve = [], []
    started = time.perf_counter()
    hidden = [spec["hidden"], spec["hidden"]]
    policy = PPO("MlpPolicy", Market(spec["n_envs"]), seed=seed, device="cpu", policy_kwargs={"net_arch": hidden},
                 **{name: spec[name] for name in ("n_steps", "batch_size", "n_epochs", "gamma", "gae_lambda", "clip_range",
                                                  "ent_coef", "vf_coef", "max_grad_norm", "learning_rate")})
    policy.learn(spec["iterations"] * spec["n_steps"] * spec["n_envs"], callback=Curve())
    return curve, time.perf_counter() - started


def environment_speed():
    """Steps a second of the environments alone."""
    accounts = Accounts(64, lambda who: starts[: int(who.sum())])
    started = time.perf_counter()
    for step in range(500):
        _, ruined, cut = accounts.step(np.arange(64) % 3)
        accounts.begin(ruined | cut)
        accounts.observe()
    return 64 * 500 / (time.perf_counter() - started)


answer = {"fixedRewards": fixed_rewards(8, 2_000), "stepsPerSecond": environment_speed()}
learnt = [learn(seed) for seed in spec["seeds"]]
answer["curves"], answer["seconds"] = [curve for curve, _ in learnt], sum(seconds for _, seconds in learnt)
print(json.dumps(answer))
