/** Which elements may be stored at the same time when stores add or go where an index says. */

import type { Expr } from "../expr.ts";
import type { Kernel, Space } from "../kernel.ts";

/** The inputs that `e` loads; null if it depends on where it is computed. */
function loadsOf(e: Expr): number[] | null {
  if (e.op === "coord" || e.op === "loadAt") return null;
  const own = e.op === "load" ? [e.index] : [];
  for (const a of e.args) {
    const more = loadsOf(a);
    if (more === null) return null;
    own.push(...more);
  }
  return own;
}

/** Whether no two positions along `axes` are the same element. */
function separates(
  shape: readonly number[],
  strides: readonly number[],
  axes: readonly number[],
): boolean {
  const order = [...axes].sort((a, b) =>
    Math.abs(strides[a]!) - Math.abs(strides[b]!)
  );
  let reach = 0;
  for (const axis of order) {
    const step = Math.abs(strides[axis]!);
    if (step <= reach) return false;
    reach += step * (shape[axis]! - 1);
  }
  return true;
}

/**
 * The space with the axes along which elements cannot meet first, and the
 * others, which are to be taken in order, as `reduced`. Elements cannot meet
 * along an axis that every store follows through memory while all indices stay
 * the same: there an index leads to whole rows.
 */
export function orderAxes(kernel: Kernel, space: Space): Space {
  const { shape, strides } = space;
  const axes = shape.map((_, axis) => axis);
  const together = axes.filter((axis) => shape[axis]! > 1);
  const free = new Set(together);
  const usesCoordinates = kernel.stores.some((s) =>
    dependsOnCoordinates(s.value) || (s.at && dependsOnCoordinates(s.at))
  );
  if (usesCoordinates) free.clear();
  kernel.stores.forEach((s, i) => {
    const row = strides[kernel.inputs.length + i]!;
    const moving = together.filter((axis) => row[axis] !== 0);
    const loads = s.at ? loadsOf(s.at) : [];
    const whole = loads !== null && separates(shape, row, moving);
    for (const axis of together) {
      if (
        !whole || row[axis] === 0 ||
        loads.some((input) => strides[input]![axis] !== 0)
      ) free.delete(axis);
    }
  });
  const first = axes.filter((axis) => free.has(axis));
  const rest = axes.filter((axis) => !free.has(axis));
  const order = [...first, ...rest];
  return {
    shape: order.map((axis) => shape[axis]!),
    reduced: rest.length,
    strides: strides.map((row) => order.map((axis) => row[axis]!)),
  };
}

/** Whether moving axes around would change `e`. */
function dependsOnCoordinates(e: Expr): boolean {
  return e.op === "coord" || e.args.some(dependsOnCoordinates);
}
