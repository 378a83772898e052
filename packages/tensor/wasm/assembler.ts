/**
 * A small assembler for WebAssembly: enough to write one module with some
 * functions over an imported memory. Instructions are called by their names in
 * the specification's text format.
 */

import { opcodes } from "./opcodes.ts";

/** Value types. */
export const i32 = 0x7f, i64 = 0x7e, f32 = 0x7d, f64 = 0x7c, v128 = 0x7b;

/** A value type. */
export type ValType =
  | typeof i32
  | typeof i64
  | typeof f32
  | typeof f64
  | typeof v128;

function unsigned(out: number[], value: number): void {
  while (value > 127) {
    out.push((value & 127) | 128);
    value >>>= 7;
  }
  out.push(value);
}

function signed(out: number[], value: number): void {
  for (;;) {
    const byte = value & 127;
    value >>= 7;
    if ((value === 0 && !(byte & 64)) || (value === -1 && byte & 64)) {
      out.push(byte);
      return;
    }
    out.push(byte | 128);
  }
}

const scratch = new DataView(new ArrayBuffer(8));

/** What a function takes and returns. */
export interface Signature {
  readonly params: readonly ValType[];
  readonly results?: readonly ValType[];
}

/** The signature of everything in `env.table`. */
const inTable: Signature = { params: [i32, i32, i32] };

/** The body of one function. */
export class FunctionBuilder {
  readonly #params: readonly ValType[];
  readonly #results: readonly ValType[];
  readonly #locals: ValType[] = [];
  readonly #code: number[] = [];
  #usesTable = false;
  /** Where in the code there are conditionals that are seldom entered. */
  readonly #seldom: number[] = [];
  /** While code is to be interleaved: where a piece ends, and how deep in blocks it is. */
  #cuts: number[] | null = null;
  #depth = 0;

  /** Starts a function that takes `params` and returns `results`. */
  constructor(
    params: readonly ValType[],
    results: readonly ValType[] = [],
  ) {
    this.#params = params;
    this.#results = results;
  }

  /** Whether the function calls others through `env.table`. */
  get usesTable(): boolean {
    return this.#usesTable;
  }

  /** Declares a local and returns its index. */
  local(type: ValType): number {
    return this.#params.length + this.#locals.push(type) - 1;
  }

  #opcode(name: string): void {
    const code = opcodes.get(name);
    if (code === undefined) throw new Error(`No such instruction: ${name}`);
    if (code < 256) this.#code.push(code);
    else {
      this.#code.push(code >> 12);
      unsigned(this.#code, code & 0xfff);
    }
  }

  /** An instruction without immediates. */
  op(name: string): void {
    this.#opcode(name);
  }

  /** A load or store at `offset`; `lane` for the lane forms. */
  mem(name: string, offset = 0, lane?: number): void {
    this.#opcode(name);
    this.#code.push(0); // no alignment promised
    unsigned(this.#code, offset);
    if (lane !== undefined) this.#code.push(lane);
  }

  /** An atomic access, which needs an address that is a multiple of its size. */
  atomic(name: string, offset = 0): void {
    this.#opcode(name);
    this.#code.push(name.startsWith("i64") ? 3 : 2);
    unsigned(this.#code, offset);
  }

  /** Extracts or replaces a lane. */
  lane(name: string, lane: number): void {
    this.#opcode(name);
    this.#code.push(lane);
  }

  /** Picks 16 of 32 bytes of two vectors. */
  shuffle(bytes: readonly number[]): void {
    this.#code.push(0xfd, 13, ...bytes);
  }

  /** Pushes a local. */
  get(local: number): void {
    this.#code.push(0x20);
    unsigned(this.#code, local);
  }
  /** Pops into a local. */
  set(local: number): void {
    this.#code.push(0x21);
    unsigned(this.#code, local);
    this.#cut();
  }
  /** Copies the top of the stack into a local. */
  tee(local: number): void {
    this.#code.push(0x22);
    unsigned(this.#code, local);
  }

  /** Pushes an i32. */
  i32(value: number): void {
    this.#code.push(0x41);
    signed(this.#code, value | 0);
  }
  /** Pushes an i64. */
  i64(value: number): void {
    this.#code.push(0x42);
    signed(this.#code, value | 0);
  }
  /** Pushes an imported constant; see {@linkcode Imports}. */
  constant(index: number): void {
    this.#code.push(0x23);
    unsigned(this.#code, index);
  }
  /** Calls a function of the module; imported ones come first. */
  call(index: number): void {
    this.#code.push(0x10);
    unsigned(this.#code, index);
  }
  /** Calls the function in the slot that is popped, with three arguments below it. */
  callSlot(): void {
    this.#usesTable = true;
    this.#code.push(0x11, 0, 0);
  }
  /** Pushes a vector of 16 bytes. */
  v128(bytes: Uint8Array): void {
    this.#code.push(0xfd, 12, ...bytes);
  }
  /** Pushes a vector whose lanes are all `value`. */
  splat(type: "f32" | "f64" | "i32" | "i64", value: number | bigint): void {
    const wide = type === "f64" || type === "i64";
    if (type === "f32") scratch.setFloat32(0, Number(value), true);
    else if (type === "f64") scratch.setFloat64(0, Number(value), true);
    else if (type === "i32") scratch.setInt32(0, Number(value), true);
    else scratch.setBigInt64(0, BigInt(value), true);
    const bytes = new Uint8Array(16);
    for (let i = 0; i < 16; i++) {
      bytes[i] = scratch.getUint8(wide ? i & 7 : i & 3);
    }
    this.v128(bytes);
  }

  /** Adds a constant to an i32 local. */
  increase(local: number, by: number): void {
    this.get(local);
    this.i32(by);
    this.op("i32.add");
    this.set(local);
  }

  /** Opens a block; `depth` counts from the innermost in {@linkcode br}. */
  block(): void {
    this.#depth++;
    this.#code.push(0x02, 0x40);
  }
  /** Opens a loop. */
  loop(): void {
    this.#depth++;
    this.#code.push(0x03, 0x40);
  }
  /** Opens a conditional; `seldom` tells the compiler that it is hardly ever entered. */
  if(seldom = false): void {
    if (seldom) this.#seldom.push(this.#code.length);
    this.#depth++;
    this.#code.push(0x04, 0x40);
  }
  /** Closes the innermost block, loop or conditional. */
  end(): void {
    this.#depth--;
    this.#code.push(0x0b);
    this.#cut();
  }

  #cut(): void {
    if (this.#depth === 0) this.#cuts?.push(this.#code.length);
  }

  /**
   * Takes turns with what several functions write, from one statement to the
   * next: a processor looks ahead only so far for work that does not wait.
   */
  interleave(writers: readonly (() => void)[]): void {
    const all = writers.map((write) => this.#piecesOf(write));
    const longest = Math.max(...all.map((pieces) => pieces.length));
    for (let i = 0; i < longest; i++) {
      for (const pieces of all) {
        const piece = pieces[i];
        if (!piece) continue;
        for (const at of piece.seldom) {
          this.#seldom.push(this.#code.length + at);
        }
        for (const byte of piece.code) this.#code.push(byte);
      }
    }
  }

  /** What `write` writes, in pieces that leave nothing on the stack. */
  #piecesOf(write: () => void): { code: number[]; seldom: number[] }[] {
    const from = this.#code.length, known = this.#seldom.length;
    const depth = this.#depth, cuts: number[] = [];
    this.#cuts = cuts;
    this.#depth = 0;
    write();
    this.#cuts = null;
    this.#depth = depth;
    if (cuts.at(-1) !== this.#code.length) cuts.push(this.#code.length);
    const seldom = this.#seldom.splice(known);
    let begin = from;
    const pieces = cuts.map((end) => {
      const piece = {
        code: this.#code.slice(begin, end),
        seldom: seldom.filter((at) => at >= begin && at < end)
          .map((at) => at - begin),
      };
      begin = end;
      return piece;
    });
    this.#code.length = from;
    return pieces;
  }
  /** Jumps. */
  br(depth: number): void {
    this.#code.push(0x0c);
    unsigned(this.#code, depth);
  }
  /** Jumps if the popped i32 is not zero. */
  brIf(depth: number): void {
    this.#code.push(0x0d);
    unsigned(this.#code, depth);
  }

  /** What the function takes and returns. */
  get signature(): Signature {
    return { params: this.#params, results: this.#results };
  }

  #encodeLocals(): number[] {
    return list(this.#locals.map((type) => [1, type]));
  }

  /** Encodes, for the section of branch hints, where conditionals are seldom entered, if any are. */
  hints(): number[] | null {
    if (this.#seldom.length === 0) return null;
    const from = this.#encodeLocals().length;
    return list(this.#seldom.map((at) => [...leb(from + at), 1, 0]));
  }

  /** Encodes locals and code. */
  body(): number[] {
    const locals = this.#encodeLocals();
    const size = locals.length + this.#code.length + 1;
    return [...leb(size), ...locals, ...this.#code, 0x0b];
  }
}

function leb(value: number): number[] {
  const out: number[] = [];
  unsigned(out, value);
  return out;
}

/** A vector in the specification's sense: a count and its items. */
function list(items: readonly (readonly number[])[]): number[] {
  const out = leb(items.length);
  for (const item of items) for (const byte of item) out.push(byte);
  return out;
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...leb(content.length), ...content];
}

function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...leb(bytes.length), ...bytes];
}

function encodeSignature({ params, results = [] }: Signature): number[] {
  return [
    0x60,
    ...leb(params.length),
    ...params,
    ...leb(results.length),
    ...results,
  ];
}

/** What a module imports from `env` besides its memory, and where its functions go. */
export interface Imports {
  /** Names of i32 constants; {@linkcode FunctionBuilder.constant} counts them. */
  readonly constants?: readonly string[];
  /** Functions of JavaScript. */
  readonly functions?: Readonly<Record<string, Signature>>;
  /** If given, the functions are not exported but put into `env.table` from this slot on. */
  readonly firstSlot?: number;
}

/** Assembles a module that imports `env.memory` and exports `functions` by name. */
export function assemble(
  functions: Readonly<Record<string, FunctionBuilder>>,
  shared: boolean,
  imports: Imports = {},
): Uint8Array<ArrayBuffer> {
  const { constants = [], functions: callees = {}, firstSlot } = imports;
  const entries = Object.entries(functions);
  const limits = shared ? [3, 0, ...leb(65536)] : [0, 0];
  const usesTable = firstSlot !== undefined ||
    entries.some(([, f]) => f.usesTable);
  const types: number[][] = [encodeSignature(inTable)];
  const typeOf = (signature: Signature): number => {
    const code = encodeSignature(signature), text = code.join();
    const known = types.findIndex((t) => t.join() === text);
    return known >= 0 ? known : types.push(code) - 1;
  };
  const env = (n: string, ...kind: number[]) => [
    ...name("env"),
    ...name(n),
    ...kind,
  ];
  const imported = [
    env("memory", 2, ...limits),
    ...usesTable ? [env("table", 1, 0x70, 0, 0)] : [],
    ...constants.map((c) => env(c, 3, i32, 0)),
    ...Object.entries(callees).map(([n, c]) => env(n, 0, ...leb(typeOf(c)))),
  ];
  const own = entries.map(([, f]) => leb(typeOf(f.signature)));
  const first = Object.keys(callees).length;
  const indices = entries.map((_, i) => leb(first + i));
  const out = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const add = (id: number, content: readonly number[]) => {
    for (const byte of section(id, content)) out.push(byte);
  };
  add(1, list(types));
  add(2, list(imported));
  add(3, list(own));
  if (firstSlot === undefined) {
    add(7, list(entries.map(([n], i) => [...name(n), 0, ...indices[i]!])));
  } else {
    const offset: number[] = [0x41];
    signed(offset, firstSlot);
    add(9, list([[0, ...offset, 0x0b, ...list(indices)]]));
  }
  const hints = entries.flatMap(([, f], i) => {
    const own = f.hints();
    return own ? [[...indices[i]!, ...own]] : [];
  });
  if (hints.length > 0) {
    add(0, [...name("metadata.code.branch_hint"), ...list(hints)]);
  }
  add(10, list(entries.map(([, f]) => f.body())));
  return new Uint8Array(out);
}
