/** Equal expressions as one object, so that code computes each of them once. */

import type { Expr } from "../expr.ts";

/** The expressions of one kernel, each once. */
export class ExprTable {
  readonly #byKey = new Map<string, Expr>();
  readonly #ids = new Map<Expr, number>();
  /** What expressions from elsewhere became. */
  readonly #known = new Map<Expr, Expr>();

  /** The expression that equals `e`: `e` itself if it is the first of its kind and its arguments are. */
  intern(e: Expr): Expr {
    const known = this.#known.get(e);
    if (known) return known;
    const args = e.args.map((a) => this.intern(a));
    const same = args.every((a, i) => a === e.args[i]);
    const result = this.#node(same ? e : { ...e, args });
    this.#known.set(e, result);
    return result;
  }

  /** The node that equals `e`, whose arguments are in the table. */
  #node(e: Expr): Expr {
    const { op, type, args, index } = e;
    const value = valueOf(e);
    let key = `${op} ${type} ${index} ${
      Object.is(value, -0) ? "-0" : `${value}`
    }`;
    for (const a of args) key += ` ${this.#ids.get(a)}`;
    let own = this.#byKey.get(key);
    if (!own) {
      own = value === e.value || value !== value ? e : { ...e, value };
      this.#byKey.set(key, own);
      this.#ids.set(own, this.#ids.size);
    }
    return own;
  }
}

/** The value of a node in the form that all nodes that mean the same have. */
function valueOf({ op, type, value }: Expr): number | bigint {
  if (op !== "const") return value;
  switch (type) {
    case "f32":
      return Math.fround(Number(value));
    case "bool":
      return value ? 1 : 0;
    case "i64":
      return BigInt.asIntN(64, BigInt(value));
    case "i32":
      return Number(value) | 0;
    default:
      return Number(value);
  }
}

/** `e` with equal parts as one object. */
export function intern(e: Expr, table: ExprTable = new ExprTable()): Expr {
  return table.intern(e);
}
