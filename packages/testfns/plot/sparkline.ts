import type { Trace } from "../trace.ts";
import { formatNumber } from "./scale.ts";
import { lowestMinimum } from "./trace_facts.ts";

const BARS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";

// Less than this part of the greatest is rounding.
const SHOWN_RANGE = 1e-18;

/**
 * Returns the losses of a run as one line of bars of eight heights, with the first and the last loss after it.
 *
 * The bars are logarithms: of the loss above the known minimum, or of the loss itself if no minimum is known and all losses
 * are positive; otherwise they are the losses. What is NaN or infinite is shown as a cross.
 */
export function sparkline(trace: Trace, width: number): string {
  const { loss } = trace;
  const known = lowestMinimum(trace);
  const finite = loss.filter(Number.isFinite);
  const asLog = known < Infinity || finite.every((value) => value > 0);
  const base = known < Infinity ? known : 0;
  const greatest = Math.max(...finite) - base;
  const height = (value: number) =>
    asLog
      ? Math.log10(
        Math.max(value - base, greatest * SHOWN_RANGE, Number.MIN_VALUE),
      )
      : value;
  const columns = Math.min(width, loss.length);
  // The first of each column, and the last loss at the end.
  const chosen = Array.from(
    { length: columns },
    (_, i) =>
      loss[
        columns === 1 ? 0 : Math.round(i * (loss.length - 1) / (columns - 1))
      ]!,
  );
  const heights = chosen.filter(Number.isFinite).map(height);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const bars = chosen.map((value) => {
    if (!Number.isFinite(value)) return "\u00d7";
    const t = high > low ? (height(value) - low) / (high - low) : 0;
    return BARS[Math.min(BARS.length - 1, Math.floor(t * BARS.length))];
  });
  const first = formatNumber(loss[0] ?? NaN);
  const last = formatNumber(loss.at(-1) ?? NaN);
  return `${bars.join("")} ${first} to ${last}${asLog ? " (log)" : ""}`;
}
