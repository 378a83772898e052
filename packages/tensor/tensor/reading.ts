/** Reading the elements of a tensor, and showing them. */

import { capture, refuseInCapture } from "../capture.ts";
import type { TypedArray } from "../dtype.ts";
import { formatTensor } from "../print.ts";
import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { breathe } from "../wasm/turn.ts";
import type { TensorCore } from "./core.ts";
import { TensorGradient } from "./gradient.ts";

/** Numbers or booleans, nested as deep as the tensor has dims. */
export type NestedArray = number | boolean | NestedArray[];

/** Methods that read elements. */
export abstract class TensorReading extends TensorGradient {
  /**
   * A copy of the elements in row-major order; bools are 0 and 1.
   *
   * @throws {Error} if the tensor was disposed.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1, 2], [3, 4]], { dtype: "float32" });
   * assertEquals(await x.t().data(), new Float32Array([1, 3, 2, 4]));
   * ```
   */
  async data(): Promise<TypedArray> {
    const t = this.#readable();
    // Read first: what is done to the tensor while this waits does not count.
    const [values] = await Promise.all([
      t.backend.read(t.storage, t.dtype, t.offset, t.numel),
      breathe(),
    ]);
    return values;
  }
  /**
   * {@linkcode data} at once.
   *
   * @throws {Error} if the tensor is not on the CPU, or was disposed.
   */
  dataSync(): TypedArray {
    const t = this.#readable();
    return t.backend.readSync(t.storage, t.dtype, t.offset, t.numel);
  }

  #readable(): TensorCore {
    refuseInCapture("read a value");
    if (this.storage.disposed) {
      throw new Error("Cannot read a tensor that was disposed");
    }
    return this.isContiguous()
      ? this
      : (this as unknown as Tensor).detach().contiguous();
  }

  /**
   * The elements as nested arrays, a plain number or boolean for a 0-d tensor.
   * Integers beyond 2^53 are rounded to numbers; {@linkcode data} has all digits.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(await x.array(), [[1, 2], [3, 4]]);
   * assertEquals(await x.gt(2).array(), [[false, false], [true, true]]);
   * ```
   */
  async array(): Promise<NestedArray> {
    return nest(await this.data(), this.shape, this.dtype === "bool");
  }
  /**
   * {@linkcode array} at once.
   *
   * @throws {Error} if the tensor is not on the CPU, or was disposed.
   */
  arraySync(): NestedArray {
    return nest(this.dataSync(), this.shape, this.dtype === "bool");
  }

  /**
   * The value of a tensor with one element; 0 or 1 for a bool.
   *
   * @throws {TypeError} if there are more or fewer elements.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(await tensor([2, 3]).sum().item(), 5);
   * ```
   */
  async item(): Promise<number> {
    this.#checkOne();
    return Number((await this.data())[0]);
  }
  /**
   * {@linkcode item} at once.
   *
   * @throws {TypeError} if there are more or fewer elements.
   * @throws {Error} if the tensor is not on the CPU, or was disposed.
   */
  itemSync(): number {
    this.#checkOne();
    return Number(this.dataSync()[0]);
  }

  #checkOne(): void {
    if (this.numel === 1) return;
    throw new TypeError(
      `Cannot read the value of a tensor: expected one element, got shape ${
        showShape(this.shape)
      }`,
    );
  }

  /**
   * The tensor as PyTorch prints it. Elements on a GPU cannot be read at once,
   * and while a function is compiled there are none: of such tensors the text
   * has the shape alone.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(String(tensor([1, 2.5])), "tensor([1.0000, 2.5000])");
   * ```
   */
  override toString(): string {
    const { shape, dtype, storage, device, gradFn, requiresGrad } = this;
    if (storage.disposed) return "tensor(disposed)";
    if (device !== "cpu") {
      return `tensor(shape=${
        showShape(shape)
      }, device='${device}'; await data() to see the elements)`;
    }
    if (capture.recorder !== null) {
      return `tensor(..., shape=${showShape(shape)}, dtype=${dtype}, traced)`;
    }
    const bool = dtype === "bool";
    // One by one, as only a few elements of a large tensor are shown.
    const at = (index: number) => {
      let where = this.offset;
      for (let d = this.ndim - 1; d >= 0; d--) {
        const size = shape[d]!;
        where += (index % size) * this.strides[d]!;
        index = Math.floor(index / size);
      }
      const value = this.backend.readSync(storage, dtype, where, 1)[0]!;
      return bool ? value !== 0 : value;
    };
    return formatTensor({
      shape,
      dtype,
      requiresGrad,
      at,
      ...(gradFn ? { gradFn: gradFn.name } : {}),
    });
  }

  /**
   * The text for template strings. JavaScript has no operators for tensors, so
   * that `x * 2` is refused instead of giving NaN.
   *
   * @throws {TypeError} if a number is asked for.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals, assertThrows } from "@std/assert";
   *
   * const x = tensor([1, 2]);
   * assertEquals(`${x}`, "tensor([1, 2])");
   * assertThrows(() => Number(x), TypeError, "Cannot use a tensor as a number");
   * ```
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new TypeError(
      "Cannot use a tensor as a number: use methods such as add() and mul(), or await item()",
    );
  }
  /**
   * What `JSON.stringify` writes: nested arrays, as {@linkcode arraySync} gives
   * them. JSON has no NaN and no infinities and writes null for them.
   *
   * @throws {Error} if the tensor is not on the CPU, or was disposed.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(JSON.stringify({ x }), '{"x":[[1,2],[3,4]]}');
   * ```
   */
  toJSON(): NestedArray {
    return this.arraySync();
  }
  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
  /** What notebooks with the Deno kernel show. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
  }
}

function nest(
  data: TypedArray,
  shape: readonly number[],
  bool: boolean,
): NestedArray {
  const value = (i: number) => bool ? data[i] !== 0 : Number(data[i]);
  let at = 0;
  const build = (dim: number): NestedArray => {
    if (dim === shape.length) return value(at++);
    return Array.from({ length: shape[dim]! }, () => build(dim + 1));
  };
  return build(0);
}
