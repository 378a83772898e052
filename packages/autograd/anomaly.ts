/** Finding where a wrong gradient comes from. */

import { firstLook } from "@gradus/tensor/internal";

/** Options of {@linkcode detectAnomaly} and {@linkcode setDetectAnomaly}. */
export interface AnomalyOptions {
  /** Whether backward looks for NaN; true if left out. */
  checkNan?: boolean;
}

const flags = { enabled: false, nan: true };

/** Makes what a capture records depend on the flags that it began with. */
function guardFlags(): void {
  const { enabled, nan } = flags;
  firstLook(flags)?.guard(() => flags.enabled === enabled && flags.nan === nan);
}

/** Whether nodes keep where they were made. */
export function isAnomalyEnabled(): boolean {
  guardFlags();
  return flags.enabled;
}

/** Whether backward looks for NaN. */
export function checksNan(): boolean {
  guardFlags();
  return flags.enabled && flags.nan;
}

/** Turns anomaly detection on or off; it costs much time. */
export function setDetectAnomaly(
  flag: boolean,
  options: AnomalyOptions = {},
): void {
  guardFlags();
  flags.enabled = flag;
  flags.nan = options.checkNan ?? true;
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
  const before = { ...flags };
  const restore = () => void Object.assign(flags, before);
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
