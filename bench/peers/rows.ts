/** What is computed: the same in every library, from the same numbers. */
export type Work =
  /** One sum of two vectors. */
  | { kind: "add"; size: number }
  /** The exponential function of each element. */
  | { kind: "exp"; size: number }
  /** A product of two square matrices. */
  | { kind: "matmul"; size: number }
  /** Softmax over the last dim. */
  | { kind: "softmax"; shape: [number, number] }
  /** Layer norm over the last dim, with weight and bias. */
  | { kind: "layerNorm"; shape: [number, number] }
  /** A step of AdamW down the flower function, from (20, 20). */
  | { kind: "flower"; lr: number; weightDecay: number }
  /** A training step with Adam on one batch: loss, gradients, update. */
  | {
    kind: "train";
    /** The width of the input and of each layer; ReLU between layers. */
    widths: number[];
    batch: number;
    /** The sum of squared errors or the mean cross entropy. */
    loss: "squares" | "crossEntropy";
    lr: number;
  }
  /** A step of Adam with known gradients. */
  | { kind: "adam"; size: number; lr: number };

/**
 * The most that a library may do to be fast. One that cannot repeat steps
 * calls them; one that cannot compile runs eagerly.
 *
 * - `eager`: each operation runs when it is called.
 * - `compiled`: a step is compiled; the host calls it for each step.
 * - `repeat`: one call from the host makes {@linkcode REPEATS} compiled steps.
 */
export type Mode = "eager" | "compiled" | "repeat";

/** How many steps a call makes in mode `repeat`. */
export const REPEATS = 1000;

/** What is known of a row whatever its work. */
export interface RowHead {
  /** Its name for `--rows`. */
  id: string;
  title: string;
  mode: Mode;
  /** Floating-point operations, where a rate says more than a time. */
  flop?: number;
}

/** A row of the table. */
export interface Row extends RowHead {
  work: Work;
}

const FLOWER: Work = { kind: "flower", lr: 0.1, weightDecay: 0.01 };

const SMALL: Work = {
  kind: "train",
  widths: [3, 32, 1],
  batch: 100,
  loss: "squares",
  lr: 1e-3,
};

const DEEP: Work = {
  kind: "train",
  widths: [256, 256, 256, 256],
  batch: 1024,
  loss: "squares",
  lr: 1e-4,
};

function digits(batch: number): Work {
  const widths = [784, 256, 10];
  return { kind: "train", widths, batch, loss: "crossEntropy", lr: 1e-4 };
}

function matmul(size: number): Row {
  return {
    id: `matmul-${size}`,
    title: `matrix product, ${size} x ${size}`,
    work: { kind: "matmul", size },
    mode: "eager",
    flop: 2 * size ** 3,
  };
}

function modes(id: string, title: string, work: Work, more: Mode[]): Row[] {
  return more.map((mode) => ({
    id: `${id}-${mode}`,
    title: `${title}, ${mode}`,
    work,
    mode,
  }));
}

/** The rows of the table, in its order. */
export const ROWS: readonly Row[] = [
  {
    id: "add-10",
    title: "add, 10 floats",
    work: { kind: "add", size: 10 },
    mode: "eager",
  },
  ...modes("flower", "flower + AdamW", FLOWER, [
    "eager",
    "compiled",
    "repeat",
  ]),
  ...modes("net", "3-32-1, batch 100", SMALL, ["eager", "compiled"]),
  ...modes("digits-64", "784-256-10, batch 64", digits(64), [
    "eager",
    "compiled",
  ]),
  ...modes("digits-512", "784-256-10, batch 512", digits(512), [
    "eager",
    "compiled",
  ]),
  ...modes("deep", "3 layers of 256, batch 1024", DEEP, [
    "eager",
    "compiled",
  ]),
  matmul(64),
  matmul(1024),
  ...modes("adam-10m", "Adam, 10 million parameters", {
    kind: "adam",
    size: 10_000_000,
    lr: 1e-3,
  }, ["eager", "compiled"]),
  {
    id: "exp-1m",
    title: "exp, 1 million floats",
    work: { kind: "exp", size: 1_000_000 },
    mode: "eager",
  },
  ...modes("softmax", "softmax, [4096, 1024]", {
    kind: "softmax",
    shape: [4096, 1024],
  }, ["eager", "compiled"]),
  ...modes("layer-norm", "layer norm, [4096, 1024]", {
    kind: "layerNorm",
    shape: [4096, 1024],
  }, ["eager", "compiled"]),
];

/**
 * Picks rows by name; a name also stands for all rows that continue it with
 * a hyphen, as `flower` does for `flower-eager`.
 *
 * @throws {RangeError} If a name picks nothing.
 */
export function pickRows(names: readonly string[]): Row[] {
  function matches(row: Row, name: string): boolean {
    return row.id === name || row.id.startsWith(`${name}-`);
  }
  for (const name of names) {
    if (!ROWS.some((row) => matches(row, name))) {
      const ids = ROWS.map(({ id }) => id).join(", ");
      throw new RangeError(
        `Cannot pick rows as "${name}" is not one of ${ids}`,
      );
    }
  }
  return ROWS.filter((row) => names.some((name) => matches(row, name)));
}
