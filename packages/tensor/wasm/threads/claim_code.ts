/** Code for the words that threads share; see control.ts. */

import type { FunctionBuilder } from "../assembler.ts";
import { at } from "./control.ts";

/** The imported constant with the address of the words. */
export const control = 0;

/** Pushes a shared word. */
export function shared(f: FunctionBuilder, offset: number): void {
  f.constant(control);
  f.atomic("i32.atomic.load", offset);
}

/** Adds to a shared word. */
export function add(f: FunctionBuilder, offset: number, by: number): void {
  f.constant(control);
  f.i32(by);
  f.atomic("i32.atomic.rmw.add", offset);
  f.op("drop");
}

/** Pushes ceil(a / b) of two positive locals. */
export function ceilDivide(f: FunctionBuilder, a: number, b: number): void {
  f.get(a);
  f.get(b);
  f.op("i32.add");
  f.i32(1);
  f.op("i32.sub");
  f.get(b);
  f.op("i32.div_u");
}

/** Reads the claim word into `claim`, and from it the first piece that is left and the end of those left. */
export function readClaim(
  f: FunctionBuilder,
  claim: number,
  first: number,
  end: number,
): void {
  f.constant(control);
  f.atomic("i64.atomic.load", at.claim);
  f.tee(claim);
  f.op("i32.wrap_i64");
  f.tee(end);
  f.i32(0xffff);
  f.op("i32.and");
  f.set(first);
  f.get(end);
  f.i32(16);
  f.op("i32.shr_u");
  f.set(end);
}

/** Tries to change the claim word by `by` and pushes whether it worked. */
export function exchange(f: FunctionBuilder, claim: number, by: number): void {
  f.constant(control);
  f.get(claim);
  f.get(claim);
  f.i64(by);
  f.op("i64.add");
  f.atomic("i64.atomic.rmw.cmpxchg", at.claim);
  f.get(claim);
  f.op("i64.eq");
}
