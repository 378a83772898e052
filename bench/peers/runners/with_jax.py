import os

import jax
import jax.numpy as jnp
import optax

import data


def start(threads):
    """XLA takes as many threads as there are cores."""
    return {"version": jax.__version__, "threads": str(len(os.sched_getaffinity(0)))}


def prepare(work, mode):
    return PROGRAMS[work["kind"]](work, mode)


class Operation:
    def __init__(self, mode, op, *inputs):
        self.how = "eager" if mode == "eager" else "jit"
        self.op = op if mode == "eager" else jax.jit(op)
        self.inputs = inputs
        self.result = None

    def run(self, times):
        op, inputs = self.op, self.inputs
        for _ in range(times):
            self.result = op(*inputs).block_until_ready()

    def answer(self):
        return self.result.ravel()[data.ANSWER_AT].item()


class Descent:
    """Steps of an optimizer; each needs the one before."""

    def __init__(self, mode, optimizer, parameters, inputs, gradients_of, look):
        def step(state, inputs):
            parameters, inner, _ = state
            loss, gradients = gradients_of(parameters, *inputs)
            updates, inner = optimizer.update(gradients, inner, parameters)
            return optax.apply_updates(parameters, updates), inner, loss

        self.look = look
        self.inputs = inputs
        self.state = parameters, optimizer.init(parameters), jnp.zeros(())
        self.repeats = mode == "repeat"
        if self.repeats:
            self.how = f"{data.REPEATS} steps a call"
            self.step = jax.jit(
                lambda times, state, inputs: jax.lax.fori_loop(
                    0, times, lambda _, state: step(state, inputs), state
                ),
                donate_argnums=1,
            )
        elif mode == "compiled":
            self.how = "jit"
            self.step = jax.jit(step, donate_argnums=0)
        else:
            self.how = "eager"
            self.step = step

    def run(self, times):
        state, inputs, step = self.state, self.inputs, self.step
        if self.repeats:
            for done in range(0, times, data.REPEATS):
                state = step(min(times - done, data.REPEATS), state, inputs)
        else:
            for _ in range(times):
                state = step(state, inputs)
        self.state = jax.block_until_ready(state)

    def answer(self):
        return self.look(self.state).item()


def descent(mode, optimizer, parameters, inputs, loss_of):
    gradients_of = jax.value_and_grad(loss_of)
    return Descent(mode, optimizer, parameters, inputs, gradients_of, lambda s: s[2])


def add(work, mode):
    x, y = vector(work["size"], 1), vector(work["size"], 2)
    return Operation(mode, jnp.add, x, y)


def exp(work, mode):
    return Operation(mode, jnp.exp, vector(work["size"], 1))


def matmul(work, mode):
    size = work["size"]
    return Operation(mode, jnp.matmul, matrix(size, size, 1), matrix(size, size, 2))


def softmax(work, mode):
    return Operation(mode, jax.nn.softmax, matrix(*work["shape"], 1))


def layer_norm(work, mode):
    rows, width = work["shape"]
    return Operation(
        mode,
        lambda x, weight, bias: jax.nn.standardize(x) * weight + bias,
        matrix(rows, width, 1),
        vector(width, 2),
        vector(width, 3),
    )


def flower(work, mode):
    def loss_of(p):
        x, y = p
        return jnp.sqrt(x * x + y * y) + jnp.sin(4 * jnp.arctan2(y, x))

    optimizer = optax.adamw(work["lr"], weight_decay=work["weightDecay"])
    return descent(mode, optimizer, jnp.array([20.0, 20.0]), (), loss_of)


def train(work, mode):
    parameters = [
        (jnp.array(weight.T), jnp.array(bias)) for weight, bias in data.layers(work)
    ]
    inputs = jnp.array(data.inputs(work)), jnp.array(data.targets(work))

    def loss_of(parameters, x, target):
        out = x
        for i, (weight, bias) in enumerate(parameters):
            out = (out if i == 0 else jax.nn.relu(out)) @ weight + bias
        if work["loss"] == "squares":
            return jnp.sum((out - target) ** 2)
        losses = optax.softmax_cross_entropy_with_integer_labels(out, target)
        return losses.mean()

    return descent(mode, optax.adam(work["lr"]), parameters, inputs, loss_of)


def adam(work, mode):
    """Steps of Adam with known gradients."""
    return Descent(
        mode,
        optax.adam(work["lr"]),
        vector(work["size"], 1),
        (vector(work["size"], 2),),
        lambda _, gradient: (jnp.zeros(()), gradient),
        lambda state: state[0][data.ANSWER_AT],
    )


def vector(size, seed):
    return jnp.array(data.uniform(size, seed))


def matrix(rows, columns, seed):
    return jnp.array(data.matrix(rows, columns, seed))


PROGRAMS = {
    "add": add,
    "exp": exp,
    "matmul": matmul,
    "softmax": softmax,
    "layerNorm": layer_norm,
    "flower": flower,
    "train": train,
    "adam": adam,
}
