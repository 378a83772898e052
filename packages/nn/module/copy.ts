/** Deep copies of modules. */

import { Tensor } from "@gradus/tensor";
import { Parameter } from "../parameter.ts";

/** Gives the copy of a value; of the same thing always the same one. */
export type CopyValue = <T>(value: T) => T;

/**
 * Copies values with all that they consist of: tensors, arrays, plain objects,
 * maps, sets, typed arrays, and modules by `copyModule`, which notes the copy
 * before it goes on. Functions and other objects are shared.
 */
export function copier<M extends object>(
  isModule: (value: object) => value is M,
  copyModule: (module: M, note: (copy: M) => void, copy: CopyValue) => void,
): CopyValue {
  const known = new Map<object, unknown>();
  function copy<T>(value: T): T {
    if (typeof value !== "object" || value === null) return value;
    if (!known.has(value)) fill(value);
    return known.get(value) as T;
  }
  function fill(value: object): void {
    const note = <C>(made: C): C => {
      known.set(value, made);
      return made;
    };
    if (isModule(value)) copyModule(value, note, copy);
    else if (value instanceof Tensor) note(copyTensor(value));
    else if (Array.isArray(value)) {
      const out: unknown[] = note([]);
      for (const element of value) out.push(copy(element));
    } else if (value instanceof Map) {
      const out = note(new Map());
      for (const [key, element] of value) out.set(copy(key), copy(element));
    } else if (value instanceof Set) {
      const out = note(new Set());
      for (const element of value) out.add(copy(element));
    } else if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      note((value as Uint8Array).slice());
    } else if (isPlain(value)) copyProperties(value, note({}), copy);
    else note(value);
  }
  return copy;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A tensor over memory of its own, which requires a gradient if `t` does. */
function copyTensor(t: Tensor): Tensor {
  const { requiresGrad } = t;
  if (!t.isLeaf) {
    throw new Error(
      "Cannot copy a tensor that was computed from others: only leaves can be copied with what holds them; use detach()",
    );
  }
  const data = t.detach().clone();
  return t instanceof Parameter
    ? new Parameter(data, { requiresGrad })
    : data.requiresGrad_(requiresGrad);
}

/** Gives `target` copies of the properties of `source`. */
export function copyProperties(
  source: object,
  target: object,
  copy: CopyValue,
): void {
  const all = Object.getOwnPropertyDescriptors(source);
  for (const name of Reflect.ownKeys(all)) {
    const property: PropertyDescriptor = Reflect.get(all, name);
    if (!property.enumerable) continue;
    if (name === "forward") {
      throw new Error(
        `Cannot copy ${source.constructor.name} as its forward is a function in a property, which would go on using the original: define it as a method`,
      );
    }
    Object.defineProperty(
      target,
      name,
      "value" in property
        ? { ...property, value: copy(property.value) }
        : property,
    );
  }
}
