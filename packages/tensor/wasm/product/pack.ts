/**
 * Packing: copies a strip of a matrix so that the elements which a tile needs
 * at one depth lie next to each other, one depth after the other.
 */

import { type FunctionBuilder, v128 } from "../assembler.ts";
import { forms, lanesOf, type Multiplied } from "../tiles.ts";
import { constant, type Integers } from "./integers.ts";

/** A strip of a matrix, in locals. */
export interface Strip {
  readonly source: number;
  /** Bytes between neighbours across the strip. */
  readonly across: number;
  /** Bytes from one depth to the next. */
  readonly along: number;
  /** Elements across the strip that exist, from 1 to its width. */
  readonly valid: number;
  /** Number of depths, at least 1. */
  readonly depth: number;
  readonly target: number;
}

/** Bytes that packing writes past the end of a strip at most. */
export const overhang = 16;
/** Bytes per depth that packed strips which are made together take: two lines of the cache. */
const groupBytes = 128;

/** Emits the packing of strips of `width` elements. */
export class Packing {
  readonly #f: FunctionBuilder;
  readonly #int: Integers;
  readonly #width: number;
  readonly #size: number;
  readonly #lanes: number;
  readonly #pointers: number[] = [];
  readonly #vectors: number[] = [];
  readonly #at: number;
  readonly #left: number;
  readonly #group: number;

  constructor(int: Integers, dtype: Multiplied, width: number) {
    this.#f = int.f;
    this.#int = int;
    this.#width = width;
    this.#size = forms[dtype].size;
    this.#lanes = lanesOf(dtype);
    for (let i = 0; i < this.#lanes; i++) {
      this.#pointers.push(int.local());
      this.#vectors.push(int.f.local(v128));
    }
    this.#at = int.local();
    this.#left = int.local();
    this.#group = int.local();
  }

  /** Bytes of a depth of a packed strip. */
  get step(): number {
    return this.#width * this.#size;
  }

  /** Packs a strip. Where elements do not exist there are copies of others. */
  pack(strip: Strip): void {
    const int = this.#int, f = this.#f;
    int.compare("i32.eq", strip.across, constant(this.#size));
    int.compare("i32.eq", strip.valid, constant(this.#width));
    f.op("i32.and");
    f.if();
    this.#copy(strip, 1);
    f.op("else");
    this.#gather(strip);
    f.end();
  }

  /** Strips that {@linkcode packSome} packs together. */
  get together(): number {
    return Math.max(1, Math.floor(groupBytes / this.step));
  }

  /**
   * Packs {@linkcode together} strips if they exist and their neighbours lie
   * next to each other, so that no line of the cache is read twice, else one.
   * `valid` counts the elements of all strips that follow; afterwards `packed`
   * is the number of strips that were packed.
   */
  packSome(strips: Strip, packed: number): void {
    const int = this.#int, f = this.#f, count = this.together;
    const one = () => {
      int.min(packed, strips.valid, constant(this.#width));
      this.pack({ ...strips, valid: packed });
      int.set(packed, constant(1));
    };
    if (count === 1) return one();
    int.compare("i32.eq", strips.across, constant(this.#size));
    int.compare("i32.ge_s", strips.valid, constant(count * this.#width));
    f.op("i32.and");
    f.if();
    this.#copy(strips, count);
    int.set(packed, constant(count));
    f.op("else");
    one();
    f.end();
  }

  /** Packs `count` strips whose neighbours lie next to each other already. */
  #copy(strip: Strip, count: number): void {
    const int = this.#int, f = this.#f, [from] = this.#pointers;
    const targets = Array.from({ length: count }, () => int.local());
    int.set(from!, strip.source);
    targets.forEach((target, i) => {
      int.set(target, strip.target);
      int.addProduct(target, strip.depth, constant(i * this.step));
    });
    int.set(this.#left, strip.depth);
    int.repeat(this.#left, () => {
      targets.forEach((target, i) => {
        for (let byte = 0; byte < this.step; byte += 16) {
          // The last vector overlaps the one before where a width is no multiple of a vector.
          const at = Math.min(byte, this.step - 16);
          f.get(target);
          f.get(from!);
          f.mem("v128.load", i * this.step + at);
          f.mem("v128.store", at);
        }
      });
      int.add(from!, from!, strip.along);
      for (const target of targets) {
        int.add(target, target, constant(this.step));
      }
    });
  }

  /** As many neighbours at a time as fit a vector, the last ones first, as they write past their place. */
  #gather(strip: Strip): void {
    const int = this.#int, group = this.#group, lanes = this.#lanes;
    const last = Math.floor((this.#width - 1) / lanes) * lanes;
    int.set(group, constant(last));
    int.while("i32.ge_s", group, constant(0), () => {
      this.#point(strip);
      int.set(this.#at, strip.target);
      int.addProduct(this.#at, group, constant(this.#size));
      int.set(this.#left, strip.depth);
      int.when("i32.eq", strip.along, constant(this.#size), () => {
        int.while(
          "i32.ge_s",
          this.#left,
          constant(lanes),
          () => this.#transpose(),
        );
      });
      int.while("i32.gt_s", this.#left, constant(0), () => this.#pick(strip));
      int.subtract(group, group, constant(lanes));
    });
  }

  /** Points at the first element of each neighbour of the group; past the last one at that again. */
  #point({ source, across, valid }: Strip): void {
    const int = this.#int, index = this.#left;
    this.#pointers.forEach((pointer, i) => {
      int.add(index, this.#group, constant(i));
      int.when("i32.ge_s", index, valid, () => {
        int.subtract(index, valid, constant(1));
      });
      int.set(pointer, source);
      int.addProduct(pointer, index, across);
    });
  }

  /** As many depths as a vector has elements. */
  #transpose(): void {
    const f = this.#f, int = this.#int, vectors = this.#vectors;
    const store = (row: number) => {
      f.mem("v128.store", row * this.step);
    };
    this.#pointers.forEach((pointer, i) => {
      f.get(pointer);
      f.mem("v128.load");
      f.set(vectors[i]!);
      int.add(pointer, pointer, constant(16));
    });
    const mix = (x: number, y: number, words: readonly number[]) => {
      f.get(x);
      f.get(y);
      f.shuffle(words.flatMap((w) => [4 * w, 4 * w + 1, 4 * w + 2, 4 * w + 3]));
    };
    const low = [0, 1, 4, 5], high = [2, 3, 6, 7];
    if (this.#lanes === 2) {
      const [x, y] = vectors;
      [low, high].forEach((words, row) => {
        f.get(this.#at);
        mix(x!, y!, words);
        store(row);
      });
    } else {
      const [p, q, r, s] = vectors as [number, number, number, number];
      const even = [0, 4, 1, 5], odd = [2, 6, 3, 7];
      const halves = [[p, q, even], [r, s, even], [p, q, odd], [
        r,
        s,
        odd,
      ]] as const;
      for (const [x, y, words] of halves) mix(x, y, words);
      for (const v of [s, r, q, p]) f.set(v);
      [[p, q, low], [p, q, high], [r, s, low], [r, s, high]].forEach(
        ([x, y, words], row) => {
          f.get(this.#at);
          mix(x as number, y as number, words as number[]);
          store(row);
        },
      );
    }
    int.add(this.#at, this.#at, constant(this.#lanes * this.step));
    int.subtract(this.#left, this.#left, constant(this.#lanes));
  }

  /** One depth. */
  #pick({ along }: Strip): void {
    const f = this.#f, int = this.#int, bits = 8 * this.#size;
    f.get(this.#at);
    this.#pointers.forEach((pointer, i) => {
      if (i === 0) {
        f.get(pointer);
        f.mem(`v128.load${bits}_zero`);
      } else {
        f.set(this.#vectors[0]!);
        f.get(pointer);
        f.get(this.#vectors[0]!);
        f.mem(`v128.load${bits}_lane`, 0, i);
      }
    });
    f.mem("v128.store");
    for (const pointer of this.#pointers) int.add(pointer, pointer, along);
    int.add(this.#at, this.#at, constant(this.step));
    int.subtract(this.#left, this.#left, constant(1));
  }
}
