/** Loads and stores of the elements that a kernel is at. */

import { type DType, itemSize } from "../dtype.ts";
import type { Expr } from "../expr.ts";
import { cast } from "../expr.ts";
import { laneOf, type Store } from "../kernel.ts";
import { type FunctionBuilder, i32 } from "./assembler.ts";
import { lanePrefix, type Registers } from "./registers.ts";
import { contiguous, type Operand, splat, type Walk } from "./walk.ts";

/** The value of a store as its bytes: masks become 0 and 1. */
export function stored(s: Store): Expr {
  const known = storedCache.get(s);
  if (known) return known;
  const lane = laneOf[s.dtype];
  let e = cast(s.value, lane);
  if (lane === "bool") e = cast(e, "i32");
  storedCache.set(s, e);
  return e;
}
const storedCache = new WeakMap<Store, Expr>();

/** Emits loads and stores at the position of a walk. */
export class MemoryAccess {
  readonly #walk: Walk;
  readonly #f: FunctionBuilder;

  constructor(walk: Walk) {
    this.#walk = walk;
    this.#f = walk.f;
  }

  /** Locals for four elements of `dtype`. */
  #registers(dtype: DType): number[] {
    const { lower } = this.#walk;
    return itemSize[dtype] === 8
      ? [lower.vector(), lower.vector()]
      : [lower.vector()];
  }

  /** Any non-zero byte of a bool is true. */
  #widen(dtype: DType, registers: number[]): Registers {
    if (dtype === "bool") {
      const f = this.#f;
      f.v128(new Uint8Array(16));
      f.get(registers[0]!);
      f.op("i32x4.ne");
      f.set(registers[0]!);
    }
    return registers;
  }

  /** The elements at hand. */
  load(o: Operand): Registers {
    return this.#loadFrom(this.#walk.pointer(o), o);
  }

  /** The elements of an operand whose first one is at the address in a local. */
  #loadFrom(from: number, o: Operand): Registers {
    const out = this.#registers(o.dtype);
    if (this.#walk.single || o.access === splat) this.#loadOne(from, o, out);
    else if (o.access === contiguous) this.#loadFour(from, o, out);
    else this.#loadStrided(from, o, out);
    return this.#widen(o.dtype, out);
  }

  #loadOne(from: number, o: Operand, out: Registers): void {
    const f = this.#f, size = itemSize[o.dtype];
    f.get(from);
    if (size === 1) {
      f.mem("i32.load8_u");
      f.op("i32x4.splat");
    } else f.mem(`v128.load${size * 8}_splat`);
    f.set(out[0]!);
    if (size === 8) {
      f.get(out[0]!);
      f.set(out[1]!);
    }
  }

  #loadFour(from: number, o: Operand, out: Registers): void {
    const f = this.#f, ahead = this.#walk.ahead(o);
    out.forEach((r, i) => {
      f.get(from);
      if (itemSize[o.dtype] === 1) {
        f.mem("v128.load8x8_u", ahead);
        f.op("i32x4.extend_low_i16x8_u");
      } else f.mem("v128.load", ahead + 16 * i);
      f.set(r);
    });
  }

  #loadStrided(from: number, o: Operand, out: Registers): void {
    const f = this.#f, address = f.local(i32);
    f.get(from);
    f.set(address);
    for (let lane = 0; lane < 4; lane++) {
      if (lane > 0) {
        f.get(address);
        f.get(o.strides[this.#walk.laneAxis]!);
        f.op("i32.add");
        f.set(address);
      }
      this.#loadLane(o.dtype, address, out, lane);
    }
  }

  #loadLane(dtype: DType, address: number, out: Registers, lane: number): void {
    const f = this.#f, size = itemSize[dtype];
    const target = size === 8 ? out[lane >> 1]! : out[0]!;
    if (size === 1) {
      f.get(target);
      f.get(address);
      f.mem("i32.load8_u");
      f.lane("i32x4.replace_lane", lane);
    } else {
      f.get(address);
      f.get(target);
      f.mem(`v128.load${size * 8}_lane`, 0, size === 8 ? lane & 1 : lane);
    }
    f.set(target);
  }

  /** Pushes the address of a lane of an operand, `extra` elements further on. */
  #laneAddress(o: Operand, extra: Registers | undefined, lane: number): void {
    const f = this.#f, place = 4 * this.#walk.vector + lane;
    f.get(this.#walk.pointer(o));
    if (!this.#walk.single && o.access !== splat && place > 0) {
      f.get(o.strides[this.#walk.laneAxis]!);
      f.i32(place);
      f.op("i32.mul");
      f.op("i32.add");
    }
    if (!extra) return;
    f.get(extra[0]!);
    f.lane("i32x4.extract_lane", lane);
    f.i32(itemSize[o.dtype]);
    f.op("i32.mul");
    f.op("i32.add");
  }

  /** A local with the address of an operand, `extra` elements further on, which is one number for all lanes. */
  #further(o: Operand, extra: Registers): number {
    const f = this.#f, address = f.local(i32);
    f.get(this.#walk.pointer(o));
    f.get(extra[0]!);
    f.lane("i32x4.extract_lane", 0);
    f.i32(itemSize[o.dtype]);
    f.op("i32.mul");
    f.op("i32.add");
    f.set(address);
    return address;
  }

  /** The elements `offset` elements past those at hand. */
  loadAt(o: Operand, offset: Expr): Registers {
    const f = this.#f;
    const extra = this.#walk.lower.value(offset);
    if (this.#walk.lower.isFixed(offset)) {
      return this.#loadFrom(this.#further(o, extra), o);
    }
    const out = this.#registers(o.dtype), address = f.local(i32);
    for (let lane = 0; lane < 4; lane++) {
      this.#laneAddress(o, extra, lane);
      f.set(address);
      this.#loadLane(o.dtype, address, out, lane);
    }
    return this.#widen(o.dtype, out);
  }

  /** Stores what `s` says, which was computed as `value`, `extra` elements past those at hand. */
  store(s: Store, o: Operand, value: Registers, extra?: Registers): void {
    const together = !s.accumulate &&
      (!s.at || this.#walk.lower.isFixed(s.at));
    const { single } = this.#walk;
    // Where all lanes go to one place, the last wins, unless they are one element.
    const one = single || (o.access === splat && !extra);
    if (!together || (!one && o.access !== contiguous)) {
      this.#storeEach(s, o, value, extra);
      return;
    }
    const to = extra ? this.#further(o, extra) : this.#walk.pointer(o);
    if (one) {
      this.#f.get(to);
      this.#storeLane(o.dtype, value, 0);
    } else this.#storeFour(to, o, value);
  }

  #storeFour(to: number, o: Operand, value: Registers): void {
    const f = this.#f, ahead = this.#walk.ahead(o);
    value.forEach((r, i) => {
      f.get(to);
      f.get(r);
      if (itemSize[o.dtype] === 1) {
        f.get(r);
        f.shuffle([0, 4, 8, 12, ...new Array<number>(12).fill(0)]);
        f.mem("v128.store32_lane", ahead, 0);
      } else f.mem("v128.store", ahead + 16 * i);
    });
  }

  /** Pops an address and stores one lane there. */
  #storeLane(dtype: DType, value: Registers, lane: number): void {
    const f = this.#f, size = itemSize[dtype];
    f.get(size === 8 ? value[lane >> 1]! : value[0]!);
    if (size === 8) f.mem("v128.store64_lane", 0, lane & 1);
    else f.mem(`v128.store${size * 8}_lane`, 0, size === 1 ? 4 * lane : lane);
  }

  /** One lane after the other, so that repeated places are right. */
  #storeEach(
    s: Store,
    o: Operand,
    value: Registers,
    extra: Registers | undefined,
  ): void {
    for (let lane = 0; lane < (this.#walk.single ? 1 : 4); lane++) {
      this.#laneAddress(o, extra, lane);
      if (s.accumulate) this.#addLane(o.dtype, value, lane);
      else this.#storeLane(o.dtype, value, lane);
    }
  }

  /** Pops an address and adds one lane to what is there. */
  #addLane(dtype: DType, value: Registers, lane: number): void {
    const f = this.#f, type = laneOf[dtype], address = f.local(i32);
    if (type === "bool") {
      throw new TypeError("Cannot accumulate into bool elements");
    }
    const byte = itemSize[dtype] === 1, wide = itemSize[dtype] === 8;
    f.tee(address);
    f.get(address);
    f.mem(byte ? "i32.load8_u" : `${type}.load`);
    f.get(wide ? value[lane >> 1]! : value[0]!);
    f.lane(`${lanePrefix[type]}.extract_lane`, wide ? lane & 1 : lane);
    f.op(`${type}.add`);
    f.mem(byte ? "i32.store8" : `${type}.store`);
  }
}
