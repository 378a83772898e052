/** Integer arithmetic and loops, as the code of matrix products needs them. */

import { type FunctionBuilder, i32 } from "../assembler.ts";

/** A local, or a constant. */
export type Int = number | { readonly constant: number };

/** A constant. */
export function constant(value: number): Int {
  return { constant: value };
}

/** Writes arithmetic on i32 locals. */
export class Integers {
  readonly f: FunctionBuilder;

  constructor(f: FunctionBuilder) {
    this.f = f;
  }

  /** A new local. */
  local(): number {
    return this.f.local(i32);
  }

  /** A new local with a word of the arguments, which are at the address in local 0. */
  word(index: number): number {
    const local = this.local();
    this.f.get(0);
    this.f.mem("i32.load", 4 * index);
    this.f.set(local);
    return local;
  }

  /** Pushes `x`. */
  push(x: Int): void {
    if (typeof x === "number") this.f.get(x);
    else this.f.i32(x.constant);
  }

  /** `to = x` */
  set(to: number, x: Int): void {
    this.push(x);
    this.f.set(to);
  }

  /** `to = op(x, y)` */
  calculate(to: number, op: string, x: Int, y: Int): void {
    this.push(x);
    this.push(y);
    this.f.op(op);
    this.f.set(to);
  }

  /** `to = x + y` */
  add(to: number, x: Int, y: Int): void {
    this.calculate(to, "i32.add", x, y);
  }

  /** `to = x - y` */
  subtract(to: number, x: Int, y: Int): void {
    this.calculate(to, "i32.sub", x, y);
  }

  /** `to = x * y` */
  multiply(to: number, x: Int, y: Int): void {
    this.calculate(to, "i32.mul", x, y);
  }

  /** `to += x * y` */
  addProduct(to: number, x: Int, y: Int): void {
    this.push(to);
    this.push(x);
    this.push(y);
    this.f.op("i32.mul");
    this.f.op("i32.add");
    this.f.set(to);
  }

  /** `to = min(x, y)` of signed numbers. */
  min(to: number, x: Int, y: Int): void {
    this.set(to, x);
    this.when("i32.gt_s", to, y, () => this.set(to, y));
  }

  /** Pushes whether `op(x, y)` holds. */
  compare(op: string, x: Int, y: Int): void {
    this.push(x);
    this.push(y);
    this.f.op(op);
  }

  /** `if (op(x, y)) then else otherwise` */
  when(
    op: string,
    x: Int,
    y: Int,
    then: () => void,
    otherwise?: () => void,
  ): void {
    this.compare(op, x, y);
    this.f.if();
    then();
    if (otherwise) {
      this.f.op("else");
      otherwise();
    }
    this.f.end();
  }

  /** `while (op(x, y)) body` */
  while(op: string, x: Int, y: Int, body: () => void): void {
    const { f } = this;
    f.block();
    f.loop();
    this.compare(op, x, y);
    f.op("i32.eqz");
    f.brIf(1);
    body();
    f.br(0);
    f.end();
    f.end();
  }

  /** `do body while (--count)` */
  repeat(count: number, body: () => void): void {
    const { f } = this;
    f.loop();
    body();
    f.get(count);
    f.i32(1);
    f.op("i32.sub");
    f.tee(count);
    f.brIf(0);
    f.end();
  }
}
