import { assertEquals, assertThrows } from "@std/assert";
import { type DType, setDefaultDtype } from "./dtype.ts";
import {
  formatTensor,
  getPrintOptions,
  type PrintView,
  type SetPrintOptions,
  setPrintOptions,
} from "./print.ts";
import data from "./testdata/print.json" with { type: "json" };

interface Case extends Omit<PrintView, "at" | "dtype"> {
  group: string;
  dtype: string;
  values: string;
  options?: Omit<SetPrintOptions, "profile"> & { profile?: string };
  defaultDtype?: string;
  text: string;
}

const cases: readonly Case[] = data.cases;

function parseElement(text: string, dtype: string): number | bigint | boolean {
  if (dtype === "bool") return text === "True";
  if (dtype === "int64") return BigInt(text);
  const value = Number(text.replace("inf", "Infinity"));
  return dtype === "float32" ? Math.fround(value) : value;
}

/** Runs `fn` and brings the print options and the default dtype back. */
function withDefaults(fn: () => void): void {
  try {
    fn();
  } finally {
    setPrintOptions({ profile: "default" });
    setDefaultDtype("float32");
  }
}

function counting(shape: readonly number[], asked: number[]): PrintView {
  return {
    shape,
    dtype: "int32",
    at(index) {
      asked.push(index);
      return index;
    },
  };
}

for (const group of new Set(cases.map((c) => c.group))) {
  Deno.test(`formatTensor() prints ${group} as PyTorch does`, () => {
    for (const c of cases.filter((c) => c.group === group)) {
      const { values, text, options, defaultDtype, ...view } = c;
      const elements = values.split(" ").map((v) => parseElement(v, c.dtype));
      withDefaults(() => {
        if (options) setPrintOptions(options as SetPrintOptions);
        if (defaultDtype === "float64") setDefaultDtype("float64");
        const actual = formatTensor({
          ...view,
          dtype: c.dtype as DType,
          at: (index) => elements[index % elements.length]!,
        });
        assertEquals(actual, text, `${JSON.stringify(c)}\nprinted\n${actual}`);
      });
    }
  });
}

Deno.test("formatTensor() asks once for each element it shows", () => {
  const asked: number[] = [];
  formatTensor(counting([2, 3], asked));
  assertEquals(asked, [0, 1, 2, 3, 4, 5]);
});

Deno.test("formatTensor() does not ask for elements a summary leaves out", () => {
  withDefaults(() => {
    setPrintOptions({ threshold: 10, edgeItems: 1 });
    const asked: number[] = [];
    formatTensor(counting([3, 2, 4], asked));
    assertEquals(asked, [0, 3, 4, 7, 16, 19, 20, 23]);

    setPrintOptions({ threshold: 10, edgeItems: 0 });
    const none: number[] = [];
    formatTensor(counting([3, 2, 4], none));
    assertEquals(none, []);
  });
});

Deno.test("formatTensor() names every device but the CPU", () => {
  const view: PrintView = { shape: [1], dtype: "float32", at: () => 1 };
  assertEquals(formatTensor({ ...view, device: "cpu" }), "tensor([1.])");
  assertEquals(
    formatTensor({ ...view, device: "webgpu" }),
    "tensor([1.], device='webgpu')",
  );
});

Deno.test("formatTensor() shows gradFn rather than requiresGrad", () => {
  const view: PrintView = { shape: [], dtype: "float32", at: () => 1 };
  assertEquals(
    formatTensor({ ...view, requiresGrad: true, gradFn: "MulBackward0" }),
    "tensor(1., grad_fn=<MulBackward0>)",
  );
});

Deno.test("formatTensor() never breaks a line of infinite width", () => {
  withDefaults(() => {
    setPrintOptions({ lineWidth: Infinity });
    const expected = Array.from(
      { length: 500 },
      (_, i) => String(i).padStart(3),
    );
    assertEquals(
      formatTensor(counting([500], [])),
      `tensor([${expected.join(", ")}], dtype=int32)`,
    );
  });
});

Deno.test("getPrintOptions() returns a copy", () => {
  getPrintOptions().precision = 9;
  assertEquals(getPrintOptions(), {
    precision: 4,
    threshold: 1000,
    edgeItems: 3,
    lineWidth: 80,
    sciMode: undefined,
  });
});

Deno.test("setPrintOptions() takes the profiles of PyTorch", () => {
  withDefaults(() => {
    setPrintOptions({ profile: "short", precision: 6 });
    const short = { threshold: 1000, edgeItems: 2, lineWidth: 80 };
    assertEquals(getPrintOptions(), {
      ...short,
      precision: 6,
      sciMode: undefined,
    });
    setPrintOptions({ profile: "full" });
    assertEquals(getPrintOptions(), {
      precision: 4,
      threshold: Infinity,
      edgeItems: 3,
      lineWidth: 80,
      sciMode: undefined,
    });
  });
});

Deno.test("setPrintOptions() keeps what is not given, except sciMode", () => {
  withDefaults(() => {
    setPrintOptions({ precision: 2, sciMode: true });
    setPrintOptions({ edgeItems: 1 });
    const { precision, edgeItems, sciMode } = getPrintOptions();
    assertEquals([precision, edgeItems, sciMode], [2, 1, undefined]);
  });
});

Deno.test("setPrintOptions() takes back what getPrintOptions() gave", () => {
  withDefaults(() => {
    setPrintOptions({ precision: 2, sciMode: false });
    const saved = getPrintOptions();
    setPrintOptions({ profile: "full" });
    setPrintOptions(saved);
    assertEquals(getPrintOptions(), saved);
  });
});

Deno.test("setPrintOptions() refuses values out of range and changes nothing", () => {
  const before = getPrintOptions();
  const refused: [SetPrintOptions, string][] = [
    [
      { edgeItems: 1, precision: 101 },
      "Cannot set print option precision: expected an integer from 0 to 100, got 101",
    ],
    [
      { precision: 1.5 },
      "Cannot set print option precision: expected an integer from 0 to 100, got 1.5",
    ],
    [
      { threshold: NaN },
      "Cannot set print option threshold: expected a number from 0 up, got NaN",
    ],
    [
      { edgeItems: -1 },
      "Cannot set print option edgeItems: expected an integer from 0 up, got -1",
    ],
    [
      { precision: 2, lineWidth: 0 },
      "Cannot set print option lineWidth: expected an integer from 1 up or Infinity, got 0",
    ],
    [
      { profile: "toString" as "full" },
      "Cannot set print options: expected profile default, short or full, got toString",
    ],
  ];
  for (const [options, message] of refused) {
    assertThrows(() => setPrintOptions(options), RangeError, message);
    assertEquals(getPrintOptions(), before);
  }
});
