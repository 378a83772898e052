/** Random programs of tensor operations whose numbers are whole and small, so that sums are the same in any order. */

import { assertEquals } from "@std/assert";
import {
  cat,
  compile,
  type DType,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../mod.ts";
import { lehmer } from "../compile/graph_run_testing.ts";
import { broadcastShapes } from "../shape.ts";
import { textsOf } from "./compiled_testing.ts";

/** A source of choices. */
class Choices {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = lehmer(1 + seed * 7919 % 2147483646);
    for (let i = 0; i < 5; i++) this.#next();
  }

  below(n: number): number {
    return Math.floor(this.#next() * n);
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
  chance(p: number): boolean {
    return this.#next() < p;
  }
  /** A tensor of small numbers. */
  tensor(shape: readonly number[], dtype: DType): Tensor {
    const count = shape.reduce((n, size) => n * size, 1);
    const values = Array.from({ length: count }, () => {
      if (dtype === "bool") return this.below(2);
      return dtype === "uint8" ? this.below(256) : this.below(7) - 3;
    });
    return tensor(values, { dtype }).view(...shape);
  }
}

const sizes = [1, 2, 3, 4, 5, 8, 17];
const dtypes = [
  "float32",
  "float32",
  "float64",
  "int32",
  "int64",
  "uint8",
  "bool",
] as const;

function shape(choose: Choices): number[] {
  return Array.from({ length: choose.below(4) }, () => choose.of(sizes));
}

function viewOf(t: Tensor, choose: Choices): Tensor {
  if (t.ndim === 0) return t.unsqueeze(0);
  const dim = choose.below(t.ndim), size = t.shape[dim]!;
  switch (choose.below(7)) {
    case 0:
      return t.transpose(dim, choose.below(t.ndim));
    case 1:
      return t.slice(dim, choose.below(size), size, 1 + choose.below(2));
    case 2:
      return t.select(dim, choose.below(size));
    case 3:
      return t.ndim < 3 ? t.unsqueeze(dim) : t.reshape(-1);
    case 4:
      return t.ndim < 3 ? t.expand(choose.of([1, 2, 3]), ...t.shape) : t;
    case 5:
      return t.nelement() % 2 === 0 ? t.reshape(2, -1) : t.reshape(-1);
    default:
      return t.permute(...t.shape.map((_, i) => t.ndim - 1 - i));
  }
}

function bounded(t: Tensor): Tensor {
  return t.dtype === "bool" ? t : t.clamp({ min: -4, max: 4 });
}

function unary(t: Tensor, choose: Choices): Tensor {
  if (t.dtype === "bool") {
    return choose.chance(0.3) ? t.logicalNot() : t.to(choose.of(dtypes));
  }
  return choose.of([
    () => t.neg(),
    () => t.abs(),
    () => t.add(1),
    () => t.mul(3),
    () => t.square(),
    () => t.relu(),
    () => t.gt(1),
    () => t.clone(),
    () => bounded(t),
    () => bounded(t).to(choose.of(dtypes)),
  ])();
}

function binary(a: Tensor, b: Tensor, choose: Choices): Tensor {
  if (a.dtype === "bool" && b.dtype === "bool") return a.logicalXor(b);
  return choose.of([
    () => a.add(b),
    () => a.mul(b),
    () => a.maximum(b),
    () => a.le(b),
    () => a.eq(b),
  ])();
}

function reduce(t: Tensor, choose: Choices, gradients: boolean): Tensor {
  if (t.dtype === "bool") return choose.chance(0.5) ? t.any() : t.all();
  if (t.ndim === 0 || choose.chance(0.2)) return t.sum();
  const dim = choose.below(t.ndim), keepdim = choose.chance(0.4);
  // Equal extrema share a gradient, which leaves fractions.
  if (gradients) return t.sum(dim, { keepdim });
  return choose.of([
    () => t.sum(dim, { keepdim }),
    () => t.sum(t.shape.map((_, i) => i), { keepdim }),
    () => t.amax(dim, { keepdim }),
    () => t.argmax(dim),
  ])();
}

/** Whether `from` broadcasts to `to`. */
function fits(from: readonly number[], to: readonly number[]): boolean {
  try {
    return String(broadcastShapes("add", [from, to])) === String(to);
  } catch {
    return false;
  }
}

function changeInPlace(t: Tensor, pool: Tensor[], choose: Choices): void {
  const into = choose.chance(0.5) ? viewOf(t, choose) : t;
  const repeats = into.strides.some((s, d) => s === 0 && into.shape[d]! > 1);
  if (into.dtype === "bool" || repeats) return;
  const others = pool.filter((p) =>
    p.dtype === into.dtype && fits(p.shape, into.shape)
  );
  const other = others.length > 0 ? choose.of(others) : 1;
  choose.of([
    () => other === 1 ? into.fill_(2) : into.copy_(other),
    () => into.add_(other),
    () => into.neg_(),
    () => into.zero_(),
  ])();
}

function product(pool: Tensor[], choose: Choices): Tensor[] {
  const matrices = pool.filter((t) => t.ndim === 2 && t.dtype === "float32");
  const pairs = matrices.flatMap((a) =>
    matrices.filter((b) => a.shape[1] === b.shape[0]).map((b) => [a, b])
  );
  if (pairs.length === 0) return [];
  const [a, b] = choose.of(pairs) as [Tensor, Tensor];
  const out = bounded(a).mm(bounded(b));
  const others = pool.filter((t) => fits(t.shape, out.shape));
  if (others.length === 0) return [out];
  const sum = out.add(choose.of(others));
  return [out, sum, sum.relu()];
}

function join(t: Tensor, pool: Tensor[], choose: Choices): Tensor {
  const same = pool.filter((p) =>
    p.dtype === t.dtype && String(p.shape) === String(t.shape)
  );
  const other = choose.of(same);
  if (t.ndim > 0 && choose.chance(0.5)) {
    return cat([t, other], choose.below(t.ndim));
  }
  if (t.dtype === "bool") return t.logicalAnd(other);
  if (t.ndim > 0 && choose.chance(0.5)) {
    const into = zeros(t.shape, { dtype: t.dtype });
    const half = Math.ceil(t.shape[0]! / 2);
    into.narrow(0, 0, half).copy_(t.narrow(0, 0, half));
    return into.add(other);
  }
  return where(t.gt(0), t, other);
}

function pick(t: Tensor, choose: Choices): Tensor {
  if (t.ndim === 0) return t;
  const dim = choose.below(t.ndim);
  const places = Array.from(
    { length: 3 },
    () => choose.below(t.shape[dim]!),
  );
  return t.indexSelect(dim, tensor(places, { dtype: "int64" }));
}

/** A program that `seed` stands for, over tensors of its own and arguments. */
function programOf(seed: number, gradients: boolean) {
  const choose = new Choices(seed), base = shape(choose);
  const own = () => choose.chance(0.3) ? shape(choose) : base;
  const typed = () => gradients ? "float32" : choose.of(dtypes);
  const fresh = () => choose.tensor(own(), typed());
  const outside = [fresh(), fresh(), choose.tensor([16, 17], "float32")];
  const parameters = gradients ? outside.slice(1) : [];
  for (const p of parameters) p.requiresGrad_();
  const shapes = [own(), own()], types = [typed(), typed()];
  const args = (call: number): Tensor[] => {
    const numbers = new Choices(seed + 1000 * call);
    return [
      ...shapes.map((s, i) => numbers.tensor(s, types[i]!)),
      numbers.tensor([17, 16], "float32"),
    ];
  };
  const start = choose.below(1e6);
  const fn = (...given: Tensor[]): Tensor[] => {
    const choose = new Choices(start), made: Tensor[] = [];
    const pool = [...outside, ...given];
    for (const p of parameters) p.grad = null;
    const add = (...list: Tensor[]) => {
      for (const t of list) {
        if (t.nelement() > 4000 || t.ndim > 4) continue;
        pool.push(t);
        made.push(t);
      }
    };
    for (let step = 0; step < 14; step++) {
      const t = choose.chance(0.6)
        ? pool.at(-1 - choose.below(3))!
        : choose.of(pool);
      const kind = choose.below(11);
      if (kind < 2) add(unary(t, choose));
      else if (kind < 4) {
        const partner = choose.of(pool.filter((p) => fits(p.shape, t.shape)));
        add(binary(t, partner, choose));
      } else if (kind < 5) add(viewOf(t, choose));
      else if (kind < 6) add(reduce(t, choose, gradients));
      else if (kind < 7) add(...product(pool, choose));
      else if (kind < 8) add(join(t, pool, choose));
      else if (kind < 9) add(pick(t, choose));
      else if (!gradients) changeInPlace(choose.of(pool), pool, choose);
      else add(bounded(t));
    }
    if (gradients) {
      const roots = made.filter((t) => t.requiresGrad);
      if (roots.length > 0) bounded(roots.at(-1)!).sum().backward();
    }
    const results = [0, 1, 2].map(() => choose.of(pool).detach());
    return [...results, ...parameters.flatMap((p) => p.grad ?? [])];
  };
  return { fn, args, outside };
}

/** What remains of a run. */
function textOf(results: readonly Tensor[]): unknown {
  return results.map((t) => textsOf(t.detach()));
}

/**
 * Checks that the program that `seed` stands for leaves the same behind when
 * it is compiled, in calls with different numbers and repeated; with
 * `gradients` it ends with backward().
 */
export function assertProgramCompiles(seed: number, gradients: boolean): void {
  const message = `seed ${seed}`;
  const eager = programOf(seed, gradients), other = programOf(seed, gradients);
  const compiled = compile(other.fn);
  for (let call = 0; call < 3; call++) {
    const [a, b] = [eager.args(call), other.args(call)];
    const expected = textOf([...eager.fn(...a), ...a, ...eager.outside]);
    const actual = textOf([...compiled(...b), ...b, ...other.outside]);
    assertEquals(actual, expected, message);
  }
  const a = eager.args(3), b = other.args(3);
  for (let step = 0; step < 2; step++) eager.fn(...a);
  const expected = textOf([...eager.fn(...a), ...a, ...eager.outside]);
  const { result } = compiled.repeat(3, { args: b });
  const actual = textOf([...result, ...b, ...other.outside]);
  assertEquals(actual, expected, `${message}, repeated`);
  assertEquals(compiled.cacheInfo().captures, 1, message);
}
