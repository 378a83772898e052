/** Finding where a wrong gradient comes from. */

/** Options of {@linkcode detectAnomaly} and {@linkcode setDetectAnomaly}. */
export interface AnomalyOptions {
  /** Whether backward looks for NaN; true if left out. */
  checkNan?: boolean;
}

let enabled = false, nan = true;

/** Whether nodes keep where they were made. */
export function isAnomalyEnabled(): boolean {
  return enabled;
}

/** Whether backward looks for NaN. */
export function checksNan(): boolean {
  return enabled && nan;
}

/** Turns anomaly detection on or off; it costs much time. */
export function setDetectAnomaly(
  flag: boolean,
  options: AnomalyOptions = {},
): void {
  enabled = flag;
  nan = options.checkNan ?? true;
}

/**
 * Runs `fn` with anomaly detection: a backward that makes a NaN throws, and
 * errors of backward say where the operation was recorded. If `fn` is
 * asynchronous, detection lasts until its promise settles.
 *
 * @example
 * ```ts
 * import { detectAnomaly } from "@gradus/autograd";
 * import { tensor } from "@gradus/tensor";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() =>
 *   detectAnomaly(() => {
 *     const x = tensor([0.0], { dtype: "float32", requiresGrad: true });
 *     x.sqrt().mul(0).backward();
 *   }), Error, "SqrtBackward0");
 * ```
 */
export function detectAnomaly<T>(fn: () => T, options: AnomalyOptions = {}): T {
  const before = { enabled, nan };
  const restore = () => ({ enabled, nan } = before);
  setDetectAnomaly(true, options);
  let result: T;
  try {
    result = fn();
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as T;
  restore();
  return result;
}
