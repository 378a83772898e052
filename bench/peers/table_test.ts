import { assertEquals } from "@std/assert";
import type { Cell, Results } from "./results.ts";
import { formatSeconds, formatTable } from "./table.ts";

function cell(seconds: number, answer = 1): Cell {
  return { how: "eager", answer, samples: [seconds], median: seconds };
}

Deno.test("formatSeconds() chooses the unit", () => {
  assertEquals(
    [1.5, 0.0123, 4.5678e-5, 2e-7].map(formatSeconds),
    ["1.50 s", "12.3 ms", "45.7 µs", "200 ns"],
  );
});

Deno.test("formatTable() says what is missing and what differs", () => {
  const description = { version: "1.0", threads: "2" };
  const results: Results = {
    date: "2026-01-02",
    cpu: "A processor",
    cores: 2,
    rounds: 3,
    libraries: {
      Gradus: description,
      JAX: { absent: "No module named 'jax'" },
      tfjs: description,
      "jax-js": description,
    },
    rows: [
      {
        id: "add-10",
        title: "add",
        flop: 10,
        cells: {
          Gradus: cell(1e-6),
          JAX: { absent: "No module named 'jax'" },
          tfjs: cell(4e-6, 2),
          "jax-js": cell(5e-6),
        },
      },
      {
        id: "exp-1m",
        title: "exp",
        cells: {
          Gradus: cell(0.003),
          tfjs: cell(0.002),
          "jax-js": { absent: "out of memory" },
        },
      },
    ],
  };
  assertEquals(
    formatTable(results),
    `\
|                |  Gradus | JAX |    tfjs |  jax-js | best peer | Gradus / best | Gradus / best JS |
| -------------- | ------: | --: | ------: | ------: | --------: | ------------: | ---------------: |
| add            | 1.00 µs |   – | 4.00 µs | 5.00 µs |      tfjs |         0.250 |            0.250 |
| ... in GFLOP/s |  0.0100 |   – | 0.00250 | 0.00200 |           |               |                  |
| exp            | 3.00 ms |   – | 2.00 ms |       – |      tfjs |          1.50 |             1.50 |

2026-01-02, A processor, 2 cores; medians of 3 rounds; times are per step or operation.
Gradus: 1.0, threads: 2
JAX: none, as it said: No module named 'jax'
tfjs: 1.0, threads: 2
jax-js: 1.0, threads: 2
add: tfjs computes something else
exp: no figure of jax-js: out of memory`,
  );
});
