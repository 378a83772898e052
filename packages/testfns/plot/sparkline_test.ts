import { assertEquals } from "@std/assert";
import { makeTrace } from "./_testing.ts";
import { sparkline } from "./sparkline.ts";

function line(loss: number[], minima: number[] = [], width = 8): string {
  return sparkline(
    makeTrace({
      params: loss.map(() => [0, 0]),
      loss,
      minima: minima.map((value) => ({ at: [0, 0], value })),
    }),
    width,
  );
}

Deno.test("sparkline() shows logarithms of positive losses", () => {
  assertEquals(
    line([1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1]),
    "█▇▆▅▄▃▂▁ 1e7 to 1 (log)",
  );
});

Deno.test("sparkline() shows losses above the known minimum", () => {
  assertEquals(
    line([9, 0, -0.9, -0.99], [-1, 5]),
    "█▆▃▁ 9 to -0.99 (log)",
  );
});

Deno.test("sparkline() shows the losses themselves if they are negative and no minimum is known", () => {
  assertEquals(line([4, 2, 0, -4]), "█▇▅▁ 4 to -4");
});

Deno.test("sparkline() marks what is not finite, and draws a constant", () => {
  assertEquals(line([1, NaN, 10, Infinity]), "▁×█× 1 to Infinity (log)");
  assertEquals(line([3, 3]), "▁▁ 3 to 3 (log)");
  assertEquals(line([NaN]), "× NaN to NaN (log)");
});

Deno.test("sparkline() chooses losses from the first to the last if there are many", () => {
  const loss = Array.from({ length: 1001 }, (_, i) => 10 ** (7 - i * 7 / 1000));
  assertEquals(line(loss), "█▇▆▅▄▃▂▁ 1e7 to 1 (log)");
  assertEquals(line(loss, [], 2), "█▁ 1e7 to 1 (log)");
});
