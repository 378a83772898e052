import { assertEquals } from "@std/assert";
import { makeShowable } from "./showable.ts";
import { makeTrace } from "./plot/_testing.ts";
import { plotTrace } from "./plot/plot_trace.ts";
import { sketchTrace } from "./plot/sketch_trace.ts";

// Modules are files. Run with --allow-read to load one when a trace is shown.
const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

Deno.test({
  name: "makeShowable() lets a trace show itself in notebooks",
  ignore,
  async fn() {
    // As Deno's kernel does with the value of a cell.
    const trace: unknown = makeShowable(makeTrace());
    const shown = await (trace as Record<symbol, () => Promise<unknown>>)[
      Symbol.for("Jupyter.display")
    ]!();
    assertEquals(shown, {
      "image/svg+xml": plotTrace(makeTrace()),
      "text/plain": sketchTrace(makeTrace()),
    });
  },
});

Deno.test("makeShowable() leaves a trace plain data", () => {
  const plain = makeTrace();
  const trace = makeShowable(makeTrace());
  assertEquals(JSON.stringify(trace), JSON.stringify(plain));
  assertEquals(structuredClone(trace), plain);
  assertEquals({ ...trace }, plain);
  assertEquals(Object.keys(trace), Object.keys(plain));
  assertEquals(Deno.inspect(trace), Deno.inspect(plain));
});
