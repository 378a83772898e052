/** Kernels as text: their scalar expressions as one writes them on paper. */

import type { DType } from "../dtype.ts";
import type { Expr, Lane } from "../expr.ts";
import type { Kernel, Reduction } from "../kernel.ts";

/** Short names of the element types. */
export const dtypeNames: Readonly<Record<DType, string>> = {
  bool: "bool",
  uint8: "u8",
  int32: "i32",
  int64: "i64",
  float32: "f32",
  float64: "f64",
};

/** More operations than this are counted instead of shown. */
const most = 16;

/** How tightly operators bind; what is not listed looks like a function. */
const operators: Readonly<Record<string, readonly [string, number]>> = {
  or: [" | ", 1],
  xor: [" ^ ", 2],
  and: [" & ", 3],
  eq: [" == ", 4],
  ne: [" != ", 4],
  lt: [" < ", 4],
  le: [" <= ", 4],
  gt: [" > ", 4],
  ge: [" >= ", 4],
  add: [" + ", 6],
  sub: [" - ", 6],
  mul: [" * ", 7],
  div: [" / ", 7],
  rem: [" % ", 7],
};
const shifts: Readonly<Record<string, string>> = {
  shl: " << ",
  shrS: " >> ",
  shrU: " >>> ",
};
const folds: Readonly<Record<string, string>> = {
  add: "sum",
  mul: "product",
  max: "max",
  min: "min",
  and: "all",
  or: "any",
};
const ternary = 0, shift = 5, prefix = 8, atom = 9;
/** What binds as tightly as a phrase: less than every operator. */
const phrase = -1;

interface Text {
  readonly text: string;
  readonly binds: number;
}

/** A number in as few digits as tell it from its neighbours. */
export function showNumber(value: number | bigint, type: Lane): string {
  if (type === "bool") return value ? "true" : "false";
  if (typeof value === "bigint") return String(value);
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0";
  if (type !== "f32") return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return String(short);
  }
  return String(value);
}

/** The name of input `index`: a letter, as far as they go. */
function inputName(index: number): string {
  return index < 26 ? String.fromCharCode(97 + index) : `x${index}`;
}

/** Where a kernel runs, as far as its text tells. */
export interface ShowOptions {
  /** Values of the run-time scalars, which are named without. */
  readonly scalars?: readonly (number | bigint)[];
  /** The sizes of the space. */
  readonly shape?: readonly number[];
  /** How many of the last ones are folded. */
  readonly reduced?: number;
}

/** Counts how often each node is used. */
function usesOf(roots: readonly Expr[]): Map<Expr, number> {
  const uses = new Map<Expr, number>();
  const visit = (e: Expr) => {
    const known = uses.get(e) ?? 0;
    uses.set(e, known + 1);
    if (known === 0) e.args.forEach(visit);
  };
  roots.forEach(visit);
  return uses;
}

/** Writes expressions; nodes with arguments that are used twice get names, which `lets` explains. */
class Writer {
  readonly lets: string[] = [];
  readonly #uses: ReadonlyMap<Expr, number>;
  readonly #names = new Map<Expr, string>();
  readonly #options: ShowOptions;
  readonly #reduction: Reduction | undefined;

  constructor(
    roots: readonly Expr[],
    options: ShowOptions,
    reduction?: Reduction,
  ) {
    this.#uses = usesOf(roots);
    this.#options = options;
    this.#reduction = reduction;
  }

  /** The text of `e`, in parentheses if it binds less than `least`. */
  show(e: Expr, least = ternary): string {
    const { text, binds } = this.#named(e);
    return binds < least ? `(${text})` : text;
  }

  #named(e: Expr): Text {
    const leaf = e.args.length === 0 && e.op !== "acc";
    if (leaf || this.#uses.get(e) === 1) return this.#text(e);
    let name = this.#names.get(e);
    if (name === undefined) {
      const { text } = this.#text(e);
      name = `t${this.#names.size}`;
      this.#names.set(e, name);
      this.lets.push(`${name} = ${text}`);
    }
    return { text: name, binds: atom };
  }

  #text(e: Expr): Text {
    const { args, op } = e;
    const operator = operators[op];
    if (operator) {
      const [sign, binds] = operator;
      const left = this.show(args[0]!, binds);
      const right = this.show(args[1]!, binds + 1);
      return { text: left + sign + right, binds };
    }
    if (op in shifts) {
      const left = this.show(args[0]!, shift);
      return { text: `${left}${shifts[op]}${e.value}`, binds: shift };
    }
    switch (op) {
      case "select": {
        const [condition, a, b] = args as [Expr, Expr, Expr];
        const text = `${this.show(condition, 1)} ? ${this.show(a, 1)} : ${
          this.show(b)
        }`;
        return { text, binds: ternary };
      }
      case "neg":
        return { text: `-${this.show(args[0]!, prefix)}`, binds: prefix };
      case "not":
        return {
          text: (e.type === "bool" ? "!" : "~") + this.show(args[0]!, prefix),
          binds: prefix,
        };
      case "loadAt":
        return {
          text: `${inputName(e.index)}[${this.show(args[0]!)}]`,
          binds: atom,
        };
      case "cast":
        return { text: `${e.type}(${this.show(args[0]!)})`, binds: atom };
      case "bitcast":
        return { text: `bits.${e.type}(${this.show(args[0]!)})`, binds: atom };
      case "acc":
        return this.#state(e.index);
    }
    if (args.length === 0) return { text: this.#leaf(e), binds: atom };
    const list = args.map((a) => this.show(a)).join(", ");
    return { text: `${op}(${list})`, binds: atom };
  }

  #leaf(e: Expr): string {
    switch (e.op) {
      case "load":
        return inputName(e.index);
      case "scalar": {
        const value = this.#options.scalars?.[e.index];
        return value === undefined ? `s${e.index}` : showNumber(value, e.type);
      }
      case "const":
        return showNumber(e.value, e.type);
      case "coord": {
        const rank = this.#options.shape?.length ?? 0;
        return `i${e.index < 0 ? e.index + rank : e.index}`;
      }
      default:
        return `${e.op}${e.index}`;
    }
  }

  /** A state of the reduction: a phrase where the fold has a name. */
  #state(index: number): Text {
    const step = this.#reduction?.step[index];
    const over = this.#over();
    if (!step) return { text: `acc${index}`, binds: atom };
    const [a, b] = step.args;
    const fold = folds[step.op];
    if (fold && a?.op === "acc" && a.index === index && b?.op === "value") {
      const value = this.#reduction!.values[b.index]!;
      return {
        text: `${fold} over ${over} of ${this.show(value)}`,
        binds: phrase,
      };
    }
    const values = this.#reduction!.values.map((v) => this.show(v));
    return {
      text: `fold ${index} over ${over} of (${values.join(", ")})`,
      binds: phrase,
    };
  }

  #over(): string {
    const { shape = [], reduced = 0 } = this.#options;
    return `[${shape.slice(shape.length - reduced).join(", ")}]`;
  }
}

/** The text of one expression; nodes that are used twice are explained at its end. */
export function showExpr(e: Expr, options: ShowOptions = {}): string {
  const writer = new Writer([e], options);
  return withLets(writer.show(e), writer.lets);
}

function withLets(text: string, lets: readonly string[]): string {
  return lets.length === 0 ? text : `${text} where ${lets.join(", ")}`;
}

/** How many operations the expressions take. */
function operationCount(roots: readonly Expr[]): number {
  let count = 0;
  for (const e of usesOf(roots).keys()) if (e.args.length > 0) count++;
  return count;
}

/** What a kernel stores, such as `max(a + b, 0)`; of a long one, how many operations it takes. */
export function showKernel(kernel: Kernel, options: ShowOptions = {}): string {
  const { stores, reduction } = kernel;
  const roots = stores.map((s) => s.value);
  const values = reduction?.values ?? [];
  const count = operationCount([
    ...roots,
    ...values,
    ...reduction?.step ?? [],
  ]);
  if (count > most) return `${count} operations`;
  const writer = new Writer([...roots, ...values], options, reduction);
  const text = roots.map((e) => writer.show(e, phrase)).join("; ");
  return withLets(text, writer.lets);
}

/** The place that a store goes to, past where the strides lead. */
export function showPlace(at: Expr, options: ShowOptions): string {
  return operationCount([at]) > most ? "..." : showExpr(at, options);
}
