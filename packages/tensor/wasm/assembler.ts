// deno-fmt-ignore-file -- tables read better in columns
/**
 * A small assembler for WebAssembly: enough to write one module with some
 * functions over an imported memory. Instructions are called by their names in
 * the specification's text format.
 */

/** Value types. */
export const i32 = 0x7f, i64 = 0x7e, f32 = 0x7d, f64 = 0x7c, v128 = 0x7b;

/** A value type. */
export type ValType = typeof i32 | typeof i64 | typeof f32 | typeof f64 | typeof v128;

const plain: Record<string, number> = {
  "i32.eqz": 0x45, "i32.eq": 0x46, "i32.ne": 0x47, "i32.lt_s": 0x48, "i32.lt_u": 0x49, "i32.gt_s": 0x4a,
  "i32.ge_s": 0x4e, "i32.ge_u": 0x4f, "i32.add": 0x6a, "i32.sub": 0x6b, "i32.mul": 0x6c, "i32.div_s": 0x6d,
  "i32.rem_s": 0x6f, "i32.and": 0x71, "i32.or": 0x72, "i32.xor": 0x73, "i32.shl": 0x74, "i32.shr_s": 0x75, "i32.shr_u": 0x76,
  "i64.eqz": 0x50, "i64.add": 0x7c, "i64.sub": 0x7d, "i64.mul": 0x7e, "i64.div_s": 0x7f, "i64.rem_s": 0x81,
  "f32.add": 0x92, "f64.add": 0xa0, "f64.mul": 0xa2, "i32.wrap_i64": 0xa7, "i64.extend_i32_s": 0xac, "i64.extend_i32_u": 0xad,
  "f32.convert_i64_s": 0xb4, "f64.convert_i64_s": 0xb9, "f64.promote_f32": 0xbb, "f32.demote_f64": 0xb6,
  "unreachable": 0x00, "return": 0x0f, "drop": 0x1a, "end": 0x0b, "else": 0x05,
};

/** Saturating float-to-integer conversions (prefix 0xfc). */
const saturating: Record<string, number> = {
  "i64.trunc_sat_f32_s": 4, "i64.trunc_sat_f64_s": 6,
};

/** SIMD instructions without immediates (prefix 0xfd). */
const simd: Record<string, number> = {
  "i8x16.swizzle": 14,
  "i32x4.splat": 17, "i64x2.splat": 18, "f32x4.splat": 19, "f64x2.splat": 20,
  "i32x4.eq": 55, "i32x4.ne": 56, "i32x4.lt_s": 57, "i32x4.gt_s": 59, "i32x4.le_s": 61, "i32x4.ge_s": 63,
  "f32x4.eq": 65, "f32x4.ne": 66, "f32x4.lt": 67, "f32x4.gt": 68, "f32x4.le": 69, "f32x4.ge": 70,
  "f64x2.eq": 71, "f64x2.ne": 72, "f64x2.lt": 73, "f64x2.gt": 74, "f64x2.le": 75, "f64x2.ge": 76,
  "v128.not": 77, "v128.and": 78, "v128.andnot": 79, "v128.or": 80, "v128.xor": 81, "v128.bitselect": 82, "v128.any_true": 83,
  "f32x4.demote_f64x2_zero": 94, "f64x2.promote_low_f32x4": 95,
  "f32x4.ceil": 103, "f32x4.floor": 104, "f32x4.trunc": 105, "f32x4.nearest": 106,
  "f64x2.ceil": 116, "f64x2.floor": 117, "f64x2.trunc": 122, "f64x2.nearest": 148,
  "i32x4.abs": 160, "i32x4.neg": 161, "i32x4.shl": 171, "i32x4.shr_s": 172, "i32x4.shr_u": 173,
  "i32x4.add": 174, "i32x4.sub": 177, "i32x4.mul": 181, "i32x4.min_s": 182, "i32x4.max_s": 184,
  "i32x4.extend_low_i16x8_u": 169, "i64x2.extend_low_i32x4_s": 199, "i64x2.extend_high_i32x4_s": 200,
  "i64x2.abs": 192, "i64x2.neg": 193, "i64x2.shl": 203, "i64x2.shr_s": 204, "i64x2.shr_u": 205,
  "i64x2.add": 206, "i64x2.sub": 209, "i64x2.mul": 213,
  "i64x2.eq": 214, "i64x2.ne": 215, "i64x2.lt_s": 216, "i64x2.gt_s": 217, "i64x2.le_s": 218, "i64x2.ge_s": 219,
  "f32x4.abs": 224, "f32x4.neg": 225, "f32x4.sqrt": 227, "f32x4.add": 228, "f32x4.sub": 229, "f32x4.mul": 230, "f32x4.div": 231, "f32x4.min": 232, "f32x4.max": 233,
  "f64x2.abs": 236, "f64x2.neg": 237, "f64x2.sqrt": 239, "f64x2.add": 240, "f64x2.sub": 241, "f64x2.mul": 242, "f64x2.div": 243, "f64x2.min": 244, "f64x2.max": 245,
  "i32x4.trunc_sat_f32x4_s": 248, "f32x4.convert_i32x4_s": 250, "i32x4.trunc_sat_f64x2_s_zero": 252, "f64x2.convert_low_i32x4_s": 254,
  "f32x4.relaxed_madd": 0x105, "f64x2.relaxed_madd": 0x107,
};

/** SIMD memory instructions: opcode. Those with a lane take it as last argument. */
const simdMemory: Record<string, number> = {
  "v128.load": 0, "v128.load8x8_u": 2, "v128.load8_splat": 7, "v128.load16_splat": 8, "v128.load32_splat": 9, "v128.load64_splat": 10, "v128.store": 11,
  "v128.load8_lane": 84, "v128.load16_lane": 85, "v128.load32_lane": 86, "v128.load64_lane": 87,
  "v128.store8_lane": 88, "v128.store16_lane": 89, "v128.store32_lane": 90, "v128.store64_lane": 91,
  "v128.load32_zero": 92, "v128.load64_zero": 93,
};

const memory: Record<string, number> = {
  "i32.load": 0x28, "i64.load": 0x29, "f32.load": 0x2a, "f64.load": 0x2b, "i32.load8_u": 0x2d,
  "i32.store": 0x36, "i64.store": 0x37, "f32.store": 0x38, "f64.store": 0x39, "i32.store8": 0x3a,
};

const lanes: Record<string, number> = {
  "i32x4.extract_lane": 27, "i32x4.replace_lane": 28, "i64x2.extract_lane": 29, "i64x2.replace_lane": 30,
  "f32x4.extract_lane": 31, "f32x4.replace_lane": 32, "f64x2.extract_lane": 33, "f64x2.replace_lane": 34,
};

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

/** The body of one function. */
export class FunctionBuilder {
  readonly #params: readonly ValType[];
  readonly #locals: ValType[] = [];
  readonly #code: number[] = [];

  /** Starts a function without results that takes `params`. */
  constructor(params: readonly ValType[]) {
    this.#params = params;
  }

  /** Declares a local and returns its index. */
  local(type: ValType): number {
    return this.#params.length + this.#locals.push(type) - 1;
  }

  /** An instruction without immediates. */
  op(name: string): void {
    const code = plain[name];
    if (code !== undefined) return void this.#code.push(code);
    const sat = saturating[name];
    if (sat !== undefined) return void this.#code.push(0xfc, sat);
    const vector = simd[name];
    if (vector === undefined) throw new Error(`No such instruction: ${name}`);
    this.#code.push(0xfd);
    unsigned(this.#code, vector);
  }

  /** A load or store at `offset`; `lane` for the lane forms. */
  mem(name: string, offset = 0, lane?: number): void {
    const vector = simdMemory[name];
    if (vector !== undefined) {
      this.#code.push(0xfd);
      unsigned(this.#code, vector);
    } else {
      const code = memory[name];
      if (code === undefined) throw new Error(`No such instruction: ${name}`);
      this.#code.push(code);
    }
    this.#code.push(0); // no alignment promised
    unsigned(this.#code, offset);
    if (lane !== undefined) this.#code.push(lane);
  }

  /** Extracts or replaces a lane. */
  lane(name: string, lane: number): void {
    const code = lanes[name];
    if (code === undefined) throw new Error(`No such instruction: ${name}`);
    this.#code.push(0xfd, code, lane);
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
    for (let i = 0; i < 16; i++) bytes[i] = scratch.getUint8(wide ? i & 7 : i & 3);
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
    this.#code.push(0x02, 0x40);
  }
  /** Opens a loop. */
  loop(): void {
    this.#code.push(0x03, 0x40);
  }
  /** Opens a conditional. */
  if(): void {
    this.#code.push(0x04, 0x40);
  }
  /** Closes the innermost block, loop or conditional. */
  end(): void {
    this.#code.push(0x0b);
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

  /** Encodes the type of the function. */
  type(): number[] {
    return [0x60, ...leb(this.#params.length), ...this.#params, 0];
  }

  /** Encodes locals and code. */
  body(): number[] {
    const locals = list(this.#locals.map((type) => [1, type]));
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

/** Assembles a module that imports `env.memory` and exports `functions` by name. */
export function assemble(
  functions: Readonly<Record<string, FunctionBuilder>>,
  shared: boolean,
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(functions);
  const limits = shared ? [3, 0, ...leb(65536)] : [0, 0];
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, list(entries.map(([, f]) => f.type()))),
    ...section(2, list([[...name("env"), ...name("memory"), 2, ...limits]])),
    ...section(3, list(entries.map((_, i) => leb(i)))),
    ...section(7, list(entries.map(([n], i) => [...name(n), 0, ...leb(i)]))),
    ...section(10, list(entries.map(([, f]) => f.body()))),
  ]);
}
